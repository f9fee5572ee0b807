import { describe, expect, it } from 'vitest'
import { giveSecrets } from '../../src/build/give-secrets.ts'

const secrets = [
  { name: 'TOKEN', stamp: '7' },
  { name: 'db-password', stamp: '9' },
]
const give = (...lines: string[]): string[] => giveSecrets(lines.join('\n'), secrets).text.split('\n')
const mount = '--mount=type=secret,id=TOKEN,target=/dev/cairn-secret-0,mode=0444'
const set = ': 7; export TOKEN="$(cat /dev/cairn-secret-0)";'

describe('a Dockerfile with secrets', () => {
  it.each([
    ['a command', ['RUN make'], [`RUN ${mount} ${set} make`]],
    [
      'a command on several lines',
      ['RUN make \\', '  # why', '  all'],
      [`RUN ${mount} ${set} make \\`, '  # why', '  all'],
    ],
    [
      'options of its own',
      ['run --network=none \\', ' --mount=type=cache,target=/c \\', ' make'],
      ['run --network=none \\', ` --mount=type=cache,target=/c \\ ${mount} ${set} make`],
    ],
    [
      'a list of words',
      ['RUN ["make", "it \\"so\\""]'],
      [`RUN ${mount} ${JSON.stringify(['/bin/sh', '-c', `${set} exec "$0" "$@"`, 'make', 'it "so"'])}`],
    ],
    ['a here-document', ['RUN <<EOF', 'make', 'EOF'], [`RUN ${mount} <<EOF`, set, 'make', 'EOF']],
    [
      'a here-document for a shell',
      ['RUN <<EOF', '#!/bin/bash', 'make', 'EOF'],
      [`RUN ${mount} <<EOF`, '#!/bin/bash', set, 'make', 'EOF'],
    ],
    ['a command that reads one', ['RUN cat <<EOF', 'RUN x', 'EOF'], [`RUN ${mount} ${set} cat <<EOF`, 'RUN x', 'EOF']],
  ])('gives them to %s', (_, run, given) => {
    expect(give('FROM x', 'ARG TOKEN', ...run, 'CMD y')).toEqual(['FROM x', 'ARG TOKEN', ...given, 'CMD y'])
  })

  it('gives each to the stages that declare it, after they do, and to those made from them', () => {
    const text = [
      'ARG TOKEN',
      'FROM x AS one',
      'RUN a',
      'ARG OTHER DB_PASSWORD=none',
      'RUN b',
      'FROM y',
      'RUN c',
      'FROM --platform=z ONE as two',
      'RUN d',
    ]
    const runs = give(...text).filter((line) => line.startsWith('RUN'))
    const given = runs.map((line) => line.includes('id=db-password') && line.includes('export DB_PASSWORD='))
    expect(given).toEqual([false, true, false, true])
    expect(runs.some((line) => line.includes('TOKEN'))).toBe(false)
  })

  it('stays as it is when it declares none', () => {
    const text = '# escape=`\nFROM x\r\nARG OTHER\nRUN --mount=type=secret,id=TOKEN a `\n b\n'
    expect(giveSecrets(text, secrets)).toEqual({ text: text.replaceAll('\r\n', '\n'), isChanged: false, notes: [] })
  })

  it('gives none to what an image keeps, and says so', () => {
    const { text, notes } = giveSecrets('FROM x\nARG TOKEN\nENV T=${TOKEN}\nLABEL a=$TOKENS', secrets)
    expect(text).toContain('ENV T=${TOKEN}')
    expect(notes).toEqual(['line 3: ENV is not given the secret "TOKEN", as the image would keep it; only RUN is'])
  })

  it('gives none to a script that is for no shell, and says so', () => {
    const { isChanged, notes } = giveSecrets('FROM x\nARG TOKEN\nRUN <<EOF\n#!/usr/bin/python3\n1\nEOF', secrets)
    expect([isChanged, notes]).toEqual([false, [expect.stringContaining('line 3: RUN')]])
  })
})
