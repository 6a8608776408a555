// What the resource group may cost a month, and who hears of it: at half (Caution), when the forecast
// goes beyond (Warning), when it is spent (Critical). A budget tells; it stops nothing.
param amount int
param start string
param email string
param actionGroupId string

var contactEmails = empty(email) ? [] : [
  email
]

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: 'undertone'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: start
    }
    notifications: {
      Caution: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 50
        thresholdType: 'Actual'
        contactEmails: contactEmails
        contactGroups: [
          actionGroupId
        ]
      }
      Warning: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: contactEmails
        contactGroups: [
          actionGroupId
        ]
      }
      Critical: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Actual'
        contactEmails: contactEmails
        contactGroups: [
          actionGroupId
        ]
      }
    }
  }
}
