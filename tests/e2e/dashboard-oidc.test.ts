/** Somebody who signs in by a provider of identities, and out again, by what a browser shows. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  clientId,
  clientSecret,
  type ProviderServer,
  startProviderServer,
} from '../../packages/api/test/provider-server.ts'
import { type OpenDashboard, openDashboard } from './open-dashboard.ts'

let directory: string
let provider: ProviderServer
let dashboard: OpenDashboard
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-oidc-'))
  const secretFile = join(directory, 'secret')
  await writeFile(secretFile, `${clientSecret}\n`)
  provider = await startProviderServer({
    publicUrl: () => dashboard.server.baseUrl,
    findPerson: (id) => ({ id, email: `${id}@example.com`, isChecked: true, groups: [] }),
    whoIsThere: () => null,
    endsSessions: true,
  })
  dashboard = await openDashboard({
    CAIRN_OIDC_ISSUER: provider.issuer,
    CAIRN_OIDC_CLIENT_ID: clientId,
    CAIRN_OIDC_CLIENT_SECRET_FILE: secretFile,
    CAIRN_OIDC_NAME: 'Example',
  })
})
afterAll(async () => {
  await dashboard.dispose()
  provider.close()
  await rm(directory, { recursive: true })
})

it('signs in by the provider, comes to where it wanted to go, signs out here and there, and is asked again then', async () => {
  const { server, browser } = dashboard
  await server.client.people.inviteUser({ email: 'ann@example.com', name: 'Ann Perkins', role: 'editor' })
  const page = await (await browser.newContext()).newPage()
  const press = (name: string): Promise<void> => page.getByRole('link', { name }).click()
  const signInThere = async (user: string): Promise<void> => {
    await page.getByLabel('User').fill(user)
    expect(new URL(page.url()).origin).toBe(provider.issuer)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.goto(`${server.baseUrl}/secrets?q=key`)
  await press('Sign in with Example')
  await signInThere('ann')
  await page.getByRole('link', { name: 'Ann Perkins editor' }).waitFor()
  expect(page.url()).toBe(`${server.baseUrl}/secrets?q=key`)
  await page.reload()
  await page.getByRole('heading', { name: 'Secrets' }).waitFor()

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Yes, sign me out' }).click()
  await page.getByRole('heading', { name: 'Sign in to Cairn' }).waitFor()
  expect(page.url()).toBe(`${server.baseUrl}/`)

  await press('Sign in with Example')
  await signInThere('stranger')
  await page.getByText('Nobody has invited you').waitFor()
  await press('Go back')
  await page.getByRole('heading', { name: 'Sign in to Cairn' }).waitFor()
})
