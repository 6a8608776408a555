// Optional: where the container image lies. The app pulls with its identity, the deployer pushes.
param name string
param location string
param tags object
param appPrincipalId string
param deployerId string
param deployerType string

var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'
var acrPush = '8311e382-0749-4cb8-b61a-304f252e45ec'

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  // checkov:skip=CKV_AZURE_139:hosted runners push from anywhere; every request needs a role, and there is no admin
  // checkov:skip=CKV_AZURE_163:scanning is Defender's, a plan of the subscription and not of this registry
  // checkov:skip=CKV_AZURE_166:quarantine needs the Premium tier
  // checkov:skip=CKV_AZURE_233:zones need the Premium tier; an image can be built again
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Basic'
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, appPrincipalId, acrPull)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource push 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerId)) {
  scope: registry
  name: guid(registry.id, deployerId, acrPush)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPush)
    principalId: deployerId
    principalType: deployerType
  }
}

output name string = registry.name
output server string = registry.properties.loginServer
