/** `--wait`: until the end of what a command started, with the exit code of how it ended. */
import type { Backup, Build, ExecutionDetails, ServiceDetails } from '@cairn/contract'
import { CliError, exitCodes } from '../errors/cli-error.ts'
import type { Session } from '../session/session.ts'
import { timeoutMs } from './duration.ts'
import { watching } from './watching.ts'

interface WaitChoice {
  readonly timeout: string | undefined
}

function settings(session: Session, choice: WaitChoice) {
  return { ...watching(session), timeoutMs: timeoutMs(choice.timeout) }
}

async function showing<T>(session: Session, text: string, wait: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const draw = (): void =>
    session.progress.show(
      `${text} … ${Math.round((performance.now() - startedAt) / 1000)} s (Ctrl-C stops waiting only)`,
    )
  draw()
  const timer = setInterval(draw, 500)
  try {
    return await wait()
  } finally {
    clearInterval(timer)
    session.progress.clear()
  }
}

/** An outcome that nobody wanted as exit code 7; other errors stay what they are. */
const asRunFailed =
  (hint: string | undefined) =>
  (error: unknown): never => {
    if (!(error instanceof Error) || error.name !== 'UnwantedOutcomeError') throw error
    throw new CliError(exitCodes.runFailed, sentence(error.message), { hint, cause: error })
  }

/**
 * Waits for a build.
 *
 * @throws CliError of exit code 7 when it did not succeed, with its reason.
 */
export async function waitForBuild(
  session: Session,
  build: { readonly imageId: number; readonly buildId: number },
  choice: WaitChoice,
): Promise<Build> {
  const client = await session.client()
  const { imageId, buildId } = build
  return showing(session, `building ${imageId}`, () =>
    client.images.waitForBuild(imageId, buildId, settings(session, choice)),
  ).catch(
    asRunFailed(`\`cairn images get-build-logs --image-id ${imageId} --build-id ${buildId} --follow\` shows its log.`),
  )
}

/**
 * Waits for a service to serve what was asked for.
 *
 * @throws CliError of exit code 7 when it does not, with the reason.
 */
export async function waitForService(session: Session, serviceId: string, choice: WaitChoice): Promise<ServiceDetails> {
  const client = await session.client()
  const found = await showing(session, `deploying ${serviceId}`, () =>
    client.services.waitForService(serviceId, settings(session, choice)),
  ).catch(asRunFailed(undefined))
  for await (const { status, reason } of client.services.listServiceRevisions(serviceId, { pageSize: 1 })) {
    if (status !== 'failed') break
    throw new CliError(
      exitCodes.runFailed,
      `The new revision of ${found.name} could not start: ${reason ?? 'no reason is known'}`,
      {
        hint: 'The one before it goes on serving.',
      },
    )
  }
  return found
}

/**
 * Waits for a backup and, where each is tried, for what came of restoring it.
 *
 * @throws CliError of exit code 7 when it could not be made or not be restored, with the reason.
 */
export async function waitForBackup(session: Session, id: number, choice: WaitChoice): Promise<Backup> {
  const client = await session.client()
  return showing(session, `backup ${id}`, () => client.system.waitForBackup(id, settings(session, choice))).catch(
    asRunFailed(undefined),
  )
}

/** Waits for a run, however it ends. */
export async function waitForRun(
  session: Session,
  run: { readonly workflowId: number; readonly executionId: string },
  choice: WaitChoice,
): Promise<ExecutionDetails> {
  const client = await session.client()
  return showing(session, `running ${run.executionId}`, () =>
    client.workflows.waitForExecution(run.workflowId, run.executionId, settings(session, choice)),
  )
}

/**
 * @throws CliError of exit code 7 when a run did not succeed: its steps with their reasons, and what to do next.
 */
export function demandSuccess(workflowId: number, run: ExecutionDetails): void {
  if (run.status === 'Success') return
  const steps = run.steps.filter(({ status }) => status === 'Failed' || status === 'Stopped')
  const [failed] = steps
  const log =
    failed === undefined
      ? ''
      : `\`cairn workflows logs ${workflowId} ${run.runId} --step-name ${failed.name}\` shows its log; `
  throw new CliError(
    exitCodes.runFailed,
    `The run ${run.runId} ended as ${run.status}: ${run.reason ?? 'no reason is known'}`,
    {
      fields: steps.map(({ name, reason, status }) => ({ field: name, rule: reason ?? status })),
      hint: `${log}\`cairn retry ${workflowId} ${run.runId} --from failed\` runs again what did not succeed.`,
    },
  )
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
