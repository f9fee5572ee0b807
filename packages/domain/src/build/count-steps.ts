/** Steps of a Dockerfile that a builder has come to. */
export interface StepCounts {
  readonly steps: number
  /** Those whose result was there from an earlier build. */
  readonly cached: number
}

export interface StepCounter {
  /** A line of the builder's output; lines come in their order. */
  read(line: string): void
  counts(): StepCounts
}

/** `#5 [build 2/4] RUN make` of BuildKit. */
const buildKitStep = /^#(\d+) \[(?:\S+ +)?\d+\/\d+\] /
const buildKitCached = /^#(\d+) CACHED\s*$/
/** `Step 2/4 : RUN make` of the classic builder, `[1/2] STEP 2/4: RUN make` of Podman. */
const numberedStep = /^(?:\[\d+\/\d+\] )?step \d+\/\d+ ?:/i
const usedCache = /^\s*-+> Using cache/

/** Reads the output of each builder that Cairn uses. */
export function createStepCounter(): StepCounter {
  const vertices = new Set<string>()
  const cachedVertices = new Set<string>()
  let numbered = 0
  let reused = 0
  return {
    read(line) {
      const step = buildKitStep.exec(line)?.[1]
      const cached = buildKitCached.exec(line)?.[1]
      if (step !== undefined) vertices.add(step)
      else if (cached !== undefined) cachedVertices.add(cached)
      else if (numberedStep.test(line)) numbered += 1
      else if (usedCache.test(line)) reused += 1
    },
    counts: () => ({
      steps: vertices.size + numbered,
      cached: [...cachedVertices].filter((vertex) => vertices.has(vertex)).length + reused,
    }),
  }
}
