/** What `--generate` prints. */
const build = `  buildDetails:
    source: upload # or github, dockerfile
    useCache: true
    context: .
    dockerfilePath: Dockerfile
    buildArguments:
      - name: PYTHON_VERSION
        value: "3.12"
    secrets: []
artifact:
  path: . # folder to upload, from where the command is run
  ignore_files:
    - .dockerignore
`

export const imageSample = `body:
  name: forecast
  version: 0.0.1
  type: workflow # or api, webapp, workspace-python, workspace-r
  description: What the forecast needs
${build}`

export const versionSample = `body:
  version: 0.0.2 # left out = the next patch
  description: With the new model
${build}`

export const updateVersionSample = `body:
  description: With the new model
${build}`
