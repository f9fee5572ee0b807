import { checkAccount } from '../doctor/check-account.ts'
import { checkServer } from '../doctor/check-server.ts'
import { type Finding, failed, ok } from '../doctor/finding.ts'
import { CliError, exitCodes } from '../errors/cli-error.ts'
import { defineCommand } from '../grammar/command.ts'
import { programVersion } from '../program-version.ts'
import { findTarget } from '../session/target.ts'
import type { Session } from '../session/session.ts'

const signs = { ok: 'ok      ', warning: 'warning ', failed: 'FAILED  ' } as const

export const command = defineCommand({
  description:
    'Looks at what is needed, from here to the container engine, and says of each thing that is wrong what to do. Works\nwithout a token and without a server. Ends with 1 when something failed.',
  examples: ['cairn doctor', 'cairn doctor --url https://cairn.example.com'],
  run: async ({ options }, session) => {
    // A token that means nothing: the address is known without one.
    const { url } = await findTarget({ url: options.url, context: options.useContext, token: '-' }, session.environment)
    const server = await checkServer(url.replace(/\/+$/, ''))
    const account = server.answers ? await accountOf(session) : []
    const findings = [ok('node', process.version), ...server.findings, ...account]
    if (options.output === undefined) for (const finding of findings) session.output.line(textOf(finding))
    else await session.output.value({ findings })
    if (findings.some(({ state }) => state === 'failed')) session.endWith(exitCodes.failed)
  },
})

async function accountOf(session: Session): Promise<Finding[]> {
  try {
    const { tokenSource } = await session.target()
    return await checkAccount(await session.client(), { tokenSource, version: await programVersion() })
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return [failed('token', error.message, error.hint ?? 'run `cairn login`')]
  }
}

function textOf({ check, state, found, advice }: Finding): string {
  const line = `${signs[state]}${check}: ${found}`
  return advice === null ? line : `${line}\n        → ${advice}`
}
