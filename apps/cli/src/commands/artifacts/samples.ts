/** What `--generate` prints. */
export const artifactSample = `name: forecast
description: The code of the forecast
scan: true
validate: false
artifact:
  path: . # folder to upload, from where the command is run
  ignore_files:
    - .dockerignore
`

export const artifactVersionSample = `scan: true
validate: false
artifact:
  path: .
  ignore_files:
    - .dockerignore
`

export const artifactUpdateSample = `body:
  name: forecast
  description: The code of the forecast
`
