// The app settings, all in this one place. A setting that the code reads stands in `defaults`, empty
// if the code's own default holds; tests hold the names against the code, README.md and
// local.settings.example.json. No secrets: the app takes those from the vault that KEY_VAULT_URL names.
param appName string
param storageName string
param vaultName string
param componentName string
param identityClientId string
@description('Values that differ from the defaults, by the name of the setting.')
param chosen object

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

var defaults = {
  ANALYZER: ''
  COMMENTS_A_CHUNK: ''
  LINK_MINUTES: ''
  ANALYSIS_MINUTES: ''
  AUTHORS: ''
  AUTHORS_KEY: ''
  MASK_COMMENTS: ''
  RETENTION_DAYS: ''
  MODEL_DIGEST: ''
  OIDC_ISSUERS: ''
  OIDC_AUDIENCES: ''
  OIDC_OWNER_CLAIM: ''
  OIDC_ROLES_CLAIM: ''
  OIDC_DEFAULT_ROLE: ''
  API_KEYS: ''
  FRONT_PROXIES: ''
  REQUESTS_A_MINUTE: ''
  REQUESTS_A_MINUTE_ADDRESS: ''
  ANALYSES_A_SECOND_ADDRESS: ''
  JOBS_AT_ONCE: ''
  COMMENTS_A_DAY: ''
  QUOTA_SHARE: ''
  APIFY_DOLLARS_A_DAY: ''
  APIFY_DOLLARS_A_JOB: ''
  APIFY_CENTS_A_THOUSAND: ''
  YOUTUBE_API_KEY: ''
  YOUTUBE_WHEN_USED_UP: ''
  REDDIT_CLIENT_ID: ''
  REDDIT_CLIENT_SECRET: ''
  INSTAGRAM_GRAPH_TOKEN: ''
  INSTAGRAM_GRAPH_USER: ''
  TIKTOK_CLIENT_KEY: ''
  TIKTOK_CLIENT_SECRET: ''
  APIFY_TOKEN: ''
  PLATFORMS_BASE: ''
  LANGUAGE_ENDPOINT: ''
  LANGUAGE_KEY: ''
  LANGUAGE_CODE: ''
  OTEL_EXPORTER_OTLP_ENDPOINT: ''
  OTEL_TRACES_SAMPLER_ARG: ''
}

// What follows from the other resources: nobody chooses it.
var wired = {
  AzureWebJobsStorage__blobServiceUri: account.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: account.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: account.properties.primaryEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AZURE_CLIENT_ID: identityClientId
  KEY_VAULT_URL: vault.properties.vaultUri
  APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

var settings = union(defaults, chosen, wired)

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  // checkov:skip=CKV_AZURE_13:the checks below read any sites/config as the app's web settings; these are its app settings. Keys and tokens are checked by the app
  // checkov:skip=CKV_AZURE_63:not web settings; requests are logged in Application Insights
  // checkov:skip=CKV_AZURE_65:not web settings; a caller must not see a fault's details
  // checkov:skip=CKV_AZURE_66:not web settings; failures are logged in Application Insights
  // checkov:skip=CKV_AZURE_80:not web settings; there is no .NET in the app
  // checkov:skip=CKV_AZURE_88:not web settings; nothing is kept on the instances' disks
  // checkov:skip=CKV_AZURE_222:not web settings; see function.bicep
  parent: app
  name: 'appsettings'
  properties: settings
}

output all object = settings
