/** What `--generate` prints. */
const changeable = `  title: Forecast
  description: Charts of the forecast
  imageDetails:
    imageId: 1
    versionId: 1 # left out = the latest version that is ready
  resources:
    instanceTypeId: 1
  parameters:
    env:
      MONTHS: "12"
    secrets: []
  entrypoint: |
    python3
    app.py
  healthCheckURL: /health
  minInstances: 1
  scaleToZero: false
  sessionStickiness: false
  access: private # or public
`

export const serviceSample = `body:
  name: forecast
  serviceType: web-app # or api, shiny
${changeable}`

export const updateServiceSample = `body:
${changeable}`

export const testServiceSample = `body:
  httpMethod: post
  path: /predict
  payload:
    months: 3
`
