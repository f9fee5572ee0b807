/** What `cairn init` writes: files that a plan takes as they are, with what else they could say in comments. Pure. */
import { appFiles, appFolder } from './app-files.ts'

export const starterKinds = ['artifact', 'image', 'workflow', 'service', 'query'] as const
export type StarterKind = (typeof starterKinds)[number]

export interface StarterNames {
  readonly name: string
  /** Of the image that a workflow or a service uses. */
  readonly image: string
}

/** Words that YAML would read as something else, and names with blanks, are put in quotes. */
const quoted = (name: string): string =>
  /^[A-Za-z][\w.-]*$/.test(name) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(name) ? name : JSON.stringify(name)

const artifact = ({ name }: StarterNames): string => `kind: artifact
body:
  name: ${quoted(name)}
  description: What is in it
artifact:
  path: ${appFolder} # the folder, beside this file; another content makes a version
  # ignore_files: [.dockerignore] # rules of what to leave out
`

const image = ({ name }: StarterNames): string => `kind: image
body:
  name: ${quoted(name)}
  type: workflow # or webapp, api, workspace-python, workspace-r: says what it is meant for
  # version: 1.0.0 # left out = the next one whenever the folder has changed
  buildDetails:
    source: upload # or github: repository, branch, token; or dockerfile: its text
    # buildArguments: [{ name: PYTHON_VERSION, value: "3.12" }]
    # secrets: [pypi-token] # made by \`cairn secrets set\`; mounted in the build, in no layer
artifact:
  path: ${appFolder} # the folder with the Dockerfile, beside this file
`

const workflow = ({ name, image: imageName }: StarterNames): string => `kind: workflow
body:
  name: ${quoted(name)}
  # When it runs by itself. Without triggers: by \`cairn run\` only.
  # triggers:
  #   - cron: 0 2 * * * # minute, hour, day, month, weekday
  #     timezone: Europe/London
  #   - webhook: true
  steps:
    compute:
      imageName: ${quoted(imageName)} # in its latest version when a run starts; imageVersion says another
      command: python3 main.py
      # resources: { instanceTypeId: 21, storage: 10GB } # \`cairn workflows list-resources\` shows which there are
      # stepTimeout: 3600 # seconds
      parameters:
        env: { MONTHS: "12" } # a run may give another: cairn run ${quoted(name)} -P MONTHS=24
        # secrets: [warehouse-password] # made by \`cairn secrets set\`
      outputParameters:
        total: out/total # a file that the step writes; its text is the value
    report:
      imageName: ${quoted(imageName)}
      command: echo "the total is $TOTAL"
      parents: [compute]
      parameters:
        inherit: { TOTAL: total } # the output of a step before
  # watchers: # who is told how runs end
  #   - user: you@example.com
  #     events: { success: false, fail: true }
`

const service = ({ name, image: imageName }: StarterNames): string => `kind: service
body:
  name: ${quoted(name)} # becomes part of the host name
  serviceType: web-app # or api, shiny
  imageDetails:
    imageName: ${quoted(imageName)}
    # version: 0.0.1 # left out = the latest that is ready
  healthCheckURL: /
  access: private # a token or a signed-in browser; public = anybody
  # parameters:
  #   env: { MONTHS: "12" }
  #   secrets: [warehouse-password]
  # resources: { instanceTypeId: 1 } # \`cairn tenants list-instance-options --entity-type webapp\` shows which there are
  # minInstances: 1
  # scaleToZero: true # stops while nobody asks
`

const query = ({ name }: StarterNames): string => `kind: query
body:
  path: ${quoted(`${name}.sql`)} # by which a step of type sql names it: sqlQueryPath
  text: |
    create table if not exists totals (month int primary key, total int not null);
`

const files: Readonly<Record<StarterKind, (names: StarterNames) => string>> = {
  artifact,
  image,
  workflow,
  service,
  query,
}

/**
 * The text of the file of a kind.
 *
 * @param schemaUrl of the JSON Schema, for editors
 */
export function starterFile(kind: StarterKind, names: StarterNames, schemaUrl: string): string {
  return `# yaml-language-server: $schema=${schemaUrl}\n${files[kind](names)}`
}

/** By path, what is to be there beside the file of a kind. */
export function starterFolder(kind: StarterKind): Readonly<Record<string, string>> {
  const needsFolder = kind === 'image' || kind === 'artifact'
  return needsFolder
    ? Object.fromEntries(Object.entries(appFiles).map(([name, text]) => [`${appFolder}/${name}`, text]))
    : {}
}
