import { describe, expect, it } from 'vitest'
import { errorCatalog, type Route, routes } from '../src/index.ts'

/** Written by hand from the checklist of the reference contract; placeholders by position. */
const checklist = [
  'GET /tenant-management/api/v1/external/tenants/tenant-metadata',
  'POST /resource-usage/api/v1/telemetry',
  'GET /image-management/api/v2/images/',
  'GET /image-management/api/v2/images/{}/versions',
  'POST /image-management/api/v2/images/',
  'POST /image-management/api/v2/images/{}/versions',
  'GET /image-management/api/v2/images/{}',
  'GET /image-management/api/v2/images/{}/versions/{}',
  'PATCH /image-management/api/v2/images/{}/versions/{}',
  'DELETE /image-management/api/v2/images/{}',
  'DELETE /image-management/api/v2/images/{}/versions/{}',
  'DELETE /image-management/api/v2/images/{}/versions',
  'GET /image-management/api/v2/images/{}/builds',
  'GET /image-management/api/v2/images/{}/builds/{}/logs',
  'GET /image-management/api/v2/images/{}/builds/{}/logs/download',
  'GET /artifacts/api/v1/artifacts/',
  'POST /artifacts/api/v1/artifacts/',
  'GET /artifacts/api/v1/artifacts/{}',
  'DELETE /artifacts/api/v1/artifacts/{}',
  'PUT /artifacts/api/v1/artifacts/{}',
  'PATCH /artifacts/api/v1/artifacts/{}',
  'DELETE /artifacts/api/v1/artifacts/{}/{}',
  'GET /artifacts/api/v1/artifacts/{}/download',
  'GET /artifacts/api/v1/artifacts/{}/{}/download',
  'GET /workflows/api/v1/workflows/',
  'POST /workflows/api/v1/workflows/',
  'GET /workflows/api/v1/workflows/{}',
  'PUT /workflows/api/v1/workflows/{}',
  'POST /workflows/api/v1/workflows/{}/pause',
  'POST /workflows/api/v1/workflows/{}/resume',
  'DELETE /workflows/api/v1/workflows/{}',
  'POST /workflows/api/v1/workflows/{}/execute',
  'GET /workflows/api/v1/resources',
  'GET /workflows/api/v1/resources/defaults',
  'GET /workflows/api/v1/workflows/executions/{}',
  'GET /workflows/api/v1/workflows/{}/executions/{}',
  'GET /workflows/api/v1/workflows/{}/executions/{}/logs',
  'GET /workflows/api/v1/workflows/{}/executions/{}/logs/download',
  'GET /webapps/api/v1/webapps/',
  'POST /webapps/api/v1/webapps/',
  'PATCH /webapps/api/v1/webapps/{}',
  'DELETE /webapps/api/v1/webapps/{}',
  'GET /webapps/api/v1/webapps/{}',
  'POST /webapps/api/v1/webapps/{}/test',
  'GET /quota/api/v1/settings/tenant-instance-options',
  'GET /connections/api/v2/connections/credentials',
  'GET /connections/api/v1/connections/warehouses',
  'GET /access-control/api/v2/access/permissions',
  'GET /notifications/api/v1/emails',
  'POST /notifications/api/v1/emails',
  'GET /notifications/api/v1/emails/{}',
  'GET /notifications/api/v1/emails/templates',
  'GET /notifications/api/v1/emails/templates/{}',
  'GET /connections/api/v1/connections/valkey-credentials',
]

const entries: readonly (readonly [string, Route])[] = Object.entries(routes)

const nameOf = (route: Route): string => `${route.method} ${route.path.replaceAll(/\{\w+\}/g, '{}')}`

describe('the route table', () => {
  it('has every operation of the reference contract, and beyond it only what is marked as added', () => {
    const reference = entries.filter(([, route]) => route.added !== true).map(([, route]) => nameOf(route))
    expect(reference.toSorted()).toEqual(checklist.toSorted())
  })

  it('names each method and path once', () => {
    const names = entries.map(([, route]) => nameOf(route))
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(entries)('%s declares exactly the parameters of its path', (_id, route) => {
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
    expect(Object.keys(route.params?.properties ?? {}).toSorted()).toEqual(inPath.toSorted())
    expect(route.params?.required ?? []).toEqual(Object.keys(route.params?.properties ?? {}))
  })

  it.each(entries)(
    '%s has a body exactly when its body kind says so, and names only codes of the catalog',
    (_id, route) => {
      expect(route.body !== undefined).toBe(route.bodyKind !== 'none')
      expect(route.filePart !== undefined).toBe(route.bodyKind === 'multipart')
      expect(route.errors.filter((code) => !(code in errorCatalog))).toEqual([])
      expect(new Set(route.errors).size).toBe(route.errors.length)
    },
  )

  it('asks for a token everywhere but behind signed links, webhooks, the sign-in and invitations', () => {
    const open = entries.filter(([, route]) => route.auth !== 'token').map(([id]) => id)
    expect(open.toSorted()).toEqual([
      'acceptInvitation',
      'callWebhook',
      'createSession',
      'getSignInWays',
      'readBuildLogFile',
      'readExecutionLogFile',
      'readServiceLogFile',
    ])
  })
})
