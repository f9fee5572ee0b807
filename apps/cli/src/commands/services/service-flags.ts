/** The flags of services, and the places in the body that they stand for. */
import { dryRunOption, fileOptions, waitOptions } from '../../grammar/common-options.ts'
import { type ValuesOf, choice, integer, list, pairs, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import type { Assignment } from '../shared/request-body.ts'

/** Also of web apps. */
export const webappFlags = {
  ...fileOptions,
  title: text('Title.'),
  description: text('Description.'),
  imageId: integer('Number of the image.'),
  versionId: integer('Number of the version of the image.'),
  instanceTypeId: integer('Instance type.'),
  sessionStickiness: choice('Send each session to one instance, or not.'),
  ...dryRunOption,
  ...waitOptions,
}

export const serviceFlags = {
  ...webappFlags,
  scaleToZero: choice('Stop the instances while nobody asks, or do not.'),
  env: pairs('Environment variable; together they replace those of the file. Repeat for more.'),
  secrets: list('Names of secrets; they replace those of the file.', { placeholder: 'NAMES' }),
  entrypoint: text('What the container runs, one argument on each line.'),
  healthCheckUrl: text('Path that answers 2xx when the service is well.', { placeholder: 'PATH' }),
  minInstances: integer('Instances at least.'),
}

export const nameFlag = { name: text('Name; it becomes part of the host name.') }
export const typeFlag = { serviceType: text('What the service is.', { values: words.serviceTypes }) }

export function webappAssignments(flags: ValuesOf<typeof webappFlags>): Assignment[] {
  return [
    ['title', flags.title],
    ['description', flags.description],
    ['imageDetails.imageId', flags.imageId],
    ['imageDetails.versionId', flags.versionId],
    ['resources.instanceTypeId', flags.instanceTypeId],
    ['sessionStickiness', flags.sessionStickiness],
  ]
}

export function serviceAssignments(flags: ValuesOf<typeof serviceFlags>): Assignment[] {
  return [
    ...webappAssignments(flags),
    ['scaleToZero', flags.scaleToZero],
    ['parameters.env', flags.env],
    ['parameters.secrets', flags.secrets],
    ['entrypoint', flags.entrypoint],
    ['healthCheckURL', flags.healthCheckUrl],
    ['minInstances', flags.minInstances],
  ]
}

/** Of commands that may make a service. */
export function newServiceAssignments(
  flags: ValuesOf<typeof nameFlag & typeof typeFlag & typeof serviceFlags>,
): Assignment[] {
  return [['name', flags.name], ['serviceType', flags.serviceType], ...serviceAssignments(flags)]
}
