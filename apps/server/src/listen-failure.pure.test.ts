import { expect, test } from 'vitest'
import { listen } from './http-server.ts'
import { describeListenFailure } from './listen-failure.ts'

async function failureOf(host: string, port: number): Promise<string | null> {
  const error = await listen({ host, port, tls: null, domainCertificates: null }).catch((thrown: unknown) => thrown)
  return error instanceof Error ? describeListenFailure(error) : 'nothing failed'
}

test('a port that is taken is named, with what to do', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0, tls: null, domainCertificates: null })
  expect(await failureOf('127.0.0.1', server.port)).toMatch(
    new RegExp(`^127\\.0\\.0\\.1:${server.port} is taken by another program.*CAIRN_PORT=`),
  )
  await server.drain(0)
})

test('an address of another machine is named, with the setting', async () => {
  expect(await failureOf('192.0.2.1', 7420)).toMatch(/192\.0\.2\.1:7420 is no address of this machine: CAIRN_HOST/)
})

test('another error is not described', () => {
  expect(describeListenFailure(new Error('else'))).toBeNull()
})
