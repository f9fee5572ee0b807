/** What `--generate` prints. */
export const workflowSample = `body:
  name: nightly
  triggers:
    - cron: 0 2 * * *
      timezone: Europe/London
  tags:
    - name: forecast
  steps:
    train:
      imageId: 1
      command: python3 train.py
      resources:
        instanceTypeId: 21
        storage: 10GB
      parameters:
        env:
          MONTHS: "12"
        secrets: []
      outputParameters:
        accuracy: out/accuracy
    report:
      imageId: 1
      command: python3 report.py
      parents:
        - train
      parameters:
        inherit:
          ACCURACY: accuracy
  watchers: []
`

export const patchSample = `body:
  steps:
    train:
      command: python3 train.py --fast
`

export const executeSample = `body:
  params:
    global:
      MONTHS: "12"
    stepWise:
      train:
        SEED: "7"
  # stepsToRun:
  #   - stepName: train
  #     runDAG: true
`
