# The app on the Functions host, for Azure Container Apps or anything else that runs containers.
# Built from the folder that `./dev package` makes: docker build -f Dockerfile -t undertone out/package
FROM mcr.microsoft.com/azure-functions/python:4-python3.13

ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true

COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt && rm /tmp/requirements.txt

COPY . /home/site/wwwroot
