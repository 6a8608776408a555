// Everything that a deployment of Undertone consists of, in one resource group: `azd up` makes it,
// and `azd provision` brings it to what these files say. One file a concern; docs/operations.md
// explains the choices. No parameter is a secret: secrets are put into the vault by people.
targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the environment (azd): part of names and tags.')
param environmentName string

@minLength(1)
@metadata({
  azd: {
    type: 'location'
  }
})
@description('Region of everything; it must have Flex Consumption.')
param location string

@description('Resource group; empty: rg- and the name of the environment.')
param resourceGroupName string = ''

@description('Further tags for all resources.')
param tags object = {}

@description('Mail address that alerts and the budget write to; empty: alerts show in the portal only.')
param alertEmail string = ''

@minValue(1)
@description('Monthly budget of the resource group, in the currency of the subscription.')
param monthlyBudget int = 50

@description('First day of the budget: the first of a month.')
param budgetStart string = utcNow('yyyy-MM-01')

@allowed([
  512
  2048
  4096
])
@description('Memory of an instance; 2048 brings one core. docs/operations.md says why.')
param instanceMemoryMB int = 2048

@minValue(1)
@maxValue(1000)
@description('Most instances of each group of functions.')
param maximumInstanceCount int = 40

@description('Instances that never stop, e.g. [{"name": "function:score", "instanceCount": 1}]; they cost while idle.')
param alwaysReady array = []

@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_RAGRS'
  'Standard_GZRS'
  'Standard_RAGZRS'
])
@description('How often and where storage keeps its data.')
param storageRedundancy string = 'Standard_ZRS'

@minValue(0)
@maxValue(3650)
@description('Days after which storage removes what is left of old jobs; 0: never.')
param retentionDays int = 0

@minValue(31)
@description('Days after which fetched comments leave the cache; jobs may ask for those of 30 days.')
param cacheDays int = 31

@minValue(1)
@description('Most log data a day, in GB; what comes after it is lost.')
param dailyCapGb int = 1

@minValue(30)
@maxValue(730)
@description('Days for which logs are kept.')
param logRetentionDays int = 30

@description('Whether the app reaches storage and vault through a network of its own.')
param privateNetwork bool = false

@description('Whether people outside the network may follow signed links to results. Only with privateNetwork.')
param publicDownloads bool = true

@description('App settings that differ from their defaults, by name: {"ANALYZER": "roberta"}. No secrets: those are in the vault.')
param settings object = {}

@description('Object id of whoever deploys: may put secrets into the vault and models into storage. Empty: nobody.')
param principalId string = ''

@allowed([
  'User'
  'ServicePrincipal'
])
@description('What principalId is.')
param principalType string = 'User'

@description('Container image to run on Azure Container Apps beside the function app; empty: none.')
param containerImage string = ''

@description('Whether there is a registry for container images.')
param containerRegistry bool = false

var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union(tags, {
  'azd-env-name': environmentName
})
var appName = 'func-undertone-${token}'

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
  location: location
  tags: allTags
}

module identity 'identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-undertone-${token}'
    location: location
    tags: allTags
  }
}

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-undertone-${token}'
    componentName: 'appi-undertone-${token}'
    location: location
    tags: allTags
    dailyCapGb: dailyCapGb
    retentionDays: logRetentionDays
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'stundertone${token}'
    location: location
    tags: allTags
    redundancy: storageRedundancy
    retentionDays: retentionDays
    cacheDays: cacheDays
    publicNetworkAccess: privateNetwork && !publicDownloads ? 'Disabled' : 'Enabled'
  }
}

module vault 'vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-ut-${token}'
    location: location
    tags: allTags
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
  }
}

module network 'network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-undertone-${token}'
    location: location
    tags: allTags
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
  }
}

module roles 'roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    appPrincipalId: identity.outputs.principalId
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    componentName: monitoring.outputs.componentName
    deployerId: principalId
    deployerType: principalType
  }
}

module app 'function.bicep' = {
  name: 'function'
  scope: group
  dependsOn: [
    roles
  ]
  params: {
    name: appName
    planName: 'plan-undertone-${token}'
    location: location
    tags: allTags
    identityId: identity.outputs.id
    packageUrl: storage.outputs.packageUrl
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: alwaysReady
    subnetId: privateNetwork ? network.outputs.appSubnetId : ''
  }
}

module appSettings 'settings.bicep' = {
  name: 'settings'
  scope: group
  params: {
    appName: app.outputs.name
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    componentName: monitoring.outputs.componentName
    identityClientId: identity.outputs.clientId
    chosen: settings
  }
}

module registry 'registry.bicep' = if (containerRegistry) {
  name: 'registry'
  scope: group
  params: {
    name: 'crundertone${token}'
    location: location
    tags: allTags
    appPrincipalId: identity.outputs.principalId
    deployerId: principalId
    deployerType: principalType
  }
}

module container 'container.bicep' = if (!empty(containerImage)) {
  name: 'container'
  scope: group
  dependsOn: [
    roles
  ]
  params: {
    name: 'ca-undertone-${take(token, 13)}'
    environmentName: 'cae-undertone-${token}'
    location: location
    tags: allTags
    image: containerImage
    registryName: containerRegistry ? registry.outputs.name : ''
    identityId: identity.outputs.id
    settings: appSettings.outputs.all
    workspaceName: monitoring.outputs.workspaceName
    maximumInstanceCount: maximumInstanceCount
  }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: allTags
    componentName: monitoring.outputs.componentName
    workspaceName: monitoring.outputs.workspaceName
    healthUrl: 'https://${app.outputs.hostName}/api/health'
    email: alertEmail
  }
}

module budget 'budget.bicep' = {
  name: 'budget'
  scope: group
  params: {
    amount: monthlyBudget
    start: budgetStart
    email: alertEmail
    actionGroupId: alerts.outputs.actionGroupId
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = app.outputs.name
output AZURE_FUNCTION_URL string = 'https://${app.outputs.hostName}'
output AZURE_STORAGE_ACCOUNT string = storage.outputs.name
output AZURE_KEY_VAULT string = vault.outputs.name
output AZURE_CONTAINER_REGISTRY string = containerRegistry ? registry.outputs.server : ''
output AZURE_CONTAINER_APP_URL string = empty(containerImage) ? '' : 'https://${container.outputs.hostName}'
