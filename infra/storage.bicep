// Blobs and queues of the app and of the Functions host. With a managed identity the app makes no
// container and the host no queue that it does not need to poison a message, so all are made here;
// tests hold the lists against the code.
param name string
param location string
param tags object
param redundancy string
param retentionDays int
param cacheDays int
param publicNetworkAccess string

@description('Those of the app (undertone/storage/containers.py).')
var containers = [
  'jobs'
  'comments'
  'results'
  'models'
  'posts'
  'limits'
  'content'
]
@description('Where Flex Consumption takes the package from; it must exist before the app does.')
var packageContainer = 'packages'
@description('Those of the app (undertone/pipeline/names.py), and where the host puts what failed every try.')
var queues = [
  'jobs'
  'jobs-poison'
  'posts'
  'posts-poison'
  'comments'
  'comments-poison'
  'finished'
  'finished-poison'
  'facts'
  'facts-poison'
  'windows'
  'windows-poison'
  'own-posts'
  'own-posts-poison'
  'content-text'
  'content-text-poison'
  'content-image'
  'content-image-poison'
]
@description('A job ends within five days and is told of for two more; what is older than both and retention is nobody\'s.')
var marginDays = 14

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  // checkov:skip=CKV_AZURE_59:browsers follow signed links to results; with privateNetwork and without publicDownloads it is Disabled
  // checkov:skip=CKV_AZURE_35:browsers follow signed links from anywhere; every request needs a role or a link's signature
  // checkov:skip=CKV_AZURE_206:redundancy is a parameter; the default keeps three copies in three zones, a second region costs twice
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isHnsEnabled: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: publicNetworkAccess
    supportsHttpsTrafficOnly: true
    networkAcls: {
      defaultAction: 'Allow'
      bypass: 'AzureServices'
    }
    sasPolicy: {
      expirationAction: 'Log'
      sasExpirationPeriod: '1.00:00:00'
    }
  }
}

// Soft delete and versions are off: a job that is deleted must be gone. docs/operations.md has backups.
resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: false
    }
    containerDeleteRetentionPolicy: {
      enabled: false
    }
    isVersioningEnabled: false
  }
}

resource dataContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [for container in containers: {
  parent: blobs
  name: container
  properties: {
    publicAccess: 'None'
  }
}]

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobs
  name: packageContainer
  properties: {
    publicAccess: 'None'
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource appQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for queue in queues: {
  parent: queueService
  name: queue
}]

// A net below what the app removes by itself. Jobs' ids begin with `y` until 2039 and then with `x`
// (undertone/pipeline/names.py): so the rule for jobs cannot meet open/, stops/, index/ or
// idempotency/, whose blobs live as long as the app says.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  dependsOn: [
    blobs
  ]
  properties: {
    policy: {
      rules: [
        {
          name: 'comments-leave-the-cache'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
                'appendBlob'
              ]
              prefixMatch: [
                'comments/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: cacheDays
                }
              }
            }
          }
        }
        {
          name: 'old-jobs'
          enabled: retentionDays > 0
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
                'appendBlob'
              ]
              prefixMatch: [
                'jobs/y'
                'jobs/x'
                'results/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: retentionDays + marginDays
                }
              }
            }
          }
        }
      ]
    }
  }
}

output name string = account.name
output packageUrl string = '${account.properties.primaryEndpoints.blob}${packageContainer}'
