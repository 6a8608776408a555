// What wakes somebody. docs/operations.md says for each what to do at three in the morning; a test
// holds the names there against those here. Severity: 0 Critical, 2 Warning, 3 Caution.
param location string
param tags object
param componentName string
param workspaceName string
param healthUrl string
param email string

var critical = 0
var warning = 2
var caution = 3

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: workspaceName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'undertone'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'undertone'
    enabled: true
    emailReceivers: empty(email) ? [] : [
      {
        name: 'operator'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// A query finds one row for each thing that is wrong; any row raises the alert.
var queries = [
  {
    name: 'poison-job'
    title: 'A job may not end: a message of jobs or finished failed every try'
    severity: critical
    scope: component.id
    frequency: 'PT5M'
    window: 'PT15M'
    query: '''
traces
| where message startswith "Message has reached MaxDequeueCount"
| where message contains "'jobs-poison'" or message contains "'finished-poison'"
'''
  }
  {
    name: 'poison-work'
    title: 'Posts or chunks fail every try: their rows say why'
    severity: warning
    scope: component.id
    frequency: 'PT15M'
    window: 'PT1H'
    query: '''
traces
| where message startswith "Message has reached MaxDequeueCount"
| where message contains "'posts-poison'" or message contains "'comments-poison'"
| summarize poisoned = count()
| where poisoned > 10
'''
  }
  {
    name: 'timer-silent'
    title: 'The timer has not run for half an hour: stalled jobs are not put right'
    severity: critical
    scope: component.id
    frequency: 'PT15M'
    window: 'PT30M'
    query: '''
requests
| where name == "reconcile" and success == true
| summarize runs = count()
| where runs == 0
'''
  }
  {
    name: 'failure-rate'
    title: 'More than a twentieth of invocations fail'
    severity: warning
    scope: component.id
    frequency: 'PT15M'
    window: 'PT30M'
    query: '''
requests
| summarize total = count(), failed = countif(success == false)
| where total >= 20 and failed > 0.05 * total
'''
  }
  {
    name: 'http-errors'
    title: 'Calls are answered with 5xx'
    severity: warning
    scope: component.id
    frequency: 'PT5M'
    window: 'PT15M'
    query: '''
requests
| where toint(resultCode) >= 500
| summarize failed = count()
| where failed >= 5
'''
  }
  {
    name: 'exceptions'
    title: 'One kind of exception is thrown again and again'
    severity: caution
    scope: component.id
    frequency: 'PT1H'
    window: 'PT1H'
    query: '''
exceptions
| summarize thrown = count() by type, outerMethod
| where thrown > 50
'''
  }
  {
    name: 'queue-age'
    title: 'Messages wait in a queue for more than a quarter of an hour'
    severity: warning
    scope: component.id
    frequency: 'PT15M'
    window: 'PT30M'
    query: '''
customMetrics
| where name == "undertone.queue.wait"
| summarize longest = max(valueMax) by queue = tostring(customDimensions.queue)
| where longest > 900
'''
  }
  {
    name: 'unscored-share'
    title: 'Far more comments than usual stay without a score'
    severity: caution
    scope: component.id
    frequency: 'PT1H'
    window: 'P2D'
    query: '''
customMetrics
| where name in ("undertone.comments.unscored", "undertone.comments.scored")
| extend recent = timestamp > ago(1h)
| summarize unscored = sumif(valueSum, name == "undertone.comments.unscored"), total = sum(valueSum) by recent
| extend share = unscored / total
| summarize share_now = maxif(share, recent), share_before = maxif(share, not(recent)), comments = maxif(total, recent)
| where comments >= 100 and share_now > max_of(0.02, 3 * coalesce(share_before, 0.0))
'''
  }
  {
    name: 'daily-cap'
    title: 'The day\'s log data is used up: alerts are blind until midnight UTC'
    severity: warning
    scope: workspace.id
    frequency: 'PT15M'
    window: 'PT30M'
    query: '''
_LogOperation
| where Category == "Ingestion" and Operation == "Data collection stopped"
'''
  }
]

resource queryAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in queries: {
  name: 'undertone-${alert.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: alert.title
    description: 'docs/operations.md#${alert.name}'
    enabled: true
    severity: alert.severity
    scopes: [
      alert.scope
    ]
    evaluationFrequency: alert.frequency
    windowSize: alert.window
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}]

// Asks from three places, every five minutes; each call is an execution that is paid for.
resource health 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'undertone-health'
  location: location
  tags: union(tags, {
    'hidden-link:${component.id}': 'Resource'
  })
  kind: 'standard'
  properties: {
    Name: 'undertone-health'
    SyntheticMonitorId: 'undertone-health'
    Kind: 'standard'
    Enabled: true
    Frequency: 300
    Timeout: 60
    RetryEnabled: true
    Locations: [
      {
        Id: 'emea-nl-ams-azr'
      }
      {
        Id: 'us-va-ash-azr'
      }
      {
        Id: 'apac-sg-sin-azr'
      }
    ]
    Request: {
      RequestUrl: healthUrl
      HttpVerb: 'GET'
      FollowRedirects: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 7
    }
  }
}

resource availability 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'undertone-availability'
  location: 'global'
  tags: tags
  properties: {
    description: 'docs/operations.md#availability'
    enabled: true
    severity: critical
    scopes: [
      component.id
      health.id
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: health.id
      componentId: component.id
      failedLocationCount: 2
    }
    autoMitigate: true
    actions: [
      {
        actionGroupId: people.id
      }
    ]
  }
}

output actionGroupId string = people.id
