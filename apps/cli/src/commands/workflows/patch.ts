import { usageError } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { suggestion } from '../../grammar/nearest-name.ts'
import { type ValuesOf, argument, choice, integer, list, optionalArgument, text } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'
import { type JsonObject, isJsonObject } from '../../templates/read-yaml.ts'
import { type Assignment, checkBody, layOver, readFileInput } from '../shared/request-body.ts'
import { patchSample } from './samples.ts'
import { printSaved, saveOptions } from './save.ts'

const stepFlags = {
  repository: text('Repository of the steps.', { placeholder: 'URL' }),
  branch: text('Branch of the repository.'),
  token: text('Name of the stored token for the repository.', { placeholder: 'NAME' }),
  imageId: integer('Number of the image of the steps.'),
  imageVersionId: integer('Number of the version of that image.'),
  command: text('Command of the steps.'),
  clearImageCache: choice('Build no step on what is cached, or do.'),
  stepTimeout: integer('Seconds that a step may take.'),
  instanceTypeId: integer('Instance type of the steps.'),
  storage: text('Storage of the steps such as 10GB.'),
}

function stepAssignments(flags: ValuesOf<typeof stepFlags>): Assignment[] {
  return [
    ['repository.url', flags.repository],
    ['repository.branch', flags.branch],
    ['repository.token', flags.token],
    ['imageId', flags.imageId],
    ['imageVersionId', flags.imageVersionId],
    ['command', flags.command],
    ['clearImageCache', flags.clearImageCache],
    ['stepTimeout', flags.stepTimeout],
    ['resources.instanceTypeId', flags.instanceTypeId],
    ['resources.storage', flags.storage],
  ]
}

/** Lays flags over the steps that are named, else over all that run a command. */
function patchSteps(
  body: JsonObject,
  assignments: readonly Assignment[],
  names: readonly string[] | undefined,
): JsonObject {
  const steps = isJsonObject(body['steps']) ? body['steps'] : {}
  for (const name of names ?? []) {
    if (Object.hasOwn(steps, name)) continue
    throw usageError(`The workflow has no step ${name}.${suggestion(name, Object.keys(steps))}`)
  }
  const isMeant = (name: string, step: JsonObject): boolean =>
    names === undefined ? (step['type'] ?? 'standard') === 'standard' : names.includes(name)
  const patched = Object.entries(steps).map(([name, step]) => [
    name,
    isJsonObject(step) && isMeant(name, step) ? layOver(step, assignments) : step,
  ])
  return { ...body, steps: Object.fromEntries(patched) }
}

export const command = defineCommand({
  arguments: {
    workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow'),
    file: optionalArgument('FILE', 'YAML or Jinja file with what changes.', 'file'),
  },
  options: {
    name: text('New name of the workflow.'),
    ...stepFlags,
    stepNames: list('Steps that the options are for; all standard steps when left out.'),
    ...saveOptions,
  },
  description: 'Changes what the file and the options name; the rest of the workflow stays.',
  sample: patchSample,
  examples: ['cairn workflows patch nightly --image-version-id 12 --step-names train,report'],
  run: async ({ args, options }, session) => {
    const input = await readFileInput('updateWorkflow', { file: args.file, variables: options }, session)
    const client = await session.client()
    const id = await workflowId(client, args.workflow)
    const { patchedWorkflow } = await import('@cairn/sdk')
    // What is no part of a workflow is found when the whole is checked.
    const merged = patchedWorkflow(await client.workflows.describeWorkflow(id), input.body)
    const named = layOver({ ...merged }, [['name', options.name]])
    const assignments = stepAssignments(options).filter(([, value]) => value !== undefined)
    const patched = assignments.length === 0 ? named : patchSteps(named, assignments, options.stepNames)
    const body = await checkBody('updateWorkflow', patched, `The changed workflow ${args.workflow}`, session)
    await printSaved(await client.workflows.updateWorkflow(id, body, { signal: session.signal }), session)
  },
})
