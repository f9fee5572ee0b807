import { view } from './views.ts'

export const userList = view('users', 'userCount', {
  email: 'E-mail',
  name: 'Name',
  role: 'Role',
  status: 'Status',
  lastSeenAt: 'Last Seen At (UTC)',
  id: 'ID',
})

export const tokenList = view('tokens', 'tokenCount', {
  label: 'Label',
  scope: 'Scope',
  userEmail: 'User',
  expiresAt: 'Expires At (UTC)',
  lastUsedAt: 'Last Used At (UTC)',
  id: 'ID',
})

export const auditList = view('events', 'eventCount', {
  at: 'At (UTC)',
  'user.email': 'User',
  operation: 'Operation',
  'resource.kind': 'Kind',
  'resource.id': 'ID',
  'resource.name': 'Name',
  status: 'Status',
  errorCode: 'Refused As',
  address: 'From',
})
