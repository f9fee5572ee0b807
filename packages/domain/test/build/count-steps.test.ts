import { expect, it } from 'vitest'
import { createStepCounter } from '../../src/build/count-steps.ts'

it.each([
  [
    'BuildKit',
    [
      '#1 [internal] load build definition from Dockerfile',
      '#1 CACHED',
      '#4 [1/3] FROM docker.io/library/debian',
      '#4 CACHED',
      '#5 [2/3] COPY . .',
      '#5 [2/3] COPY . .',
      '#5 DONE 0.1s',
      '#6 [build 3/3] RUN echo "#7 CACHED"',
      '#6 0.1 #7 CACHED',
      '#6 DONE 0.1s',
    ],
    { steps: 3, cached: 1 },
  ],
  [
    'the classic builder',
    ['Step 1/2 : FROM x', ' ---> abc', 'Step 2/2 : RUN y', ' ---> Using cache'],
    { steps: 2, cached: 1 },
  ],
  [
    'Podman',
    ['STEP 1/2: FROM x', 'STEP 2/2: RUN y', '--> Using cache 0123', '[2/2] STEP 1/1: RUN z'],
    { steps: 3, cached: 1 },
  ],
])('The steps of %s are counted, and those from the cache', (_, lines, counts) => {
  const counter = createStepCounter()
  for (const line of lines) counter.read(line)
  expect(counter.counts()).toEqual(counts)
})
