import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadFile, readVariables } from '../src/templates/load-file.ts'
import { readYaml } from '../src/templates/read-yaml.ts'
import { renderFile } from '../src/templates/render.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-templates-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

function render(name: string, variables: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return renderFile(name, { workingDirectory: folder, variables, environment: { HOME: '/home/ada' } })
}

describe('a template', () => {
  it('has variables, loops, conditions, filters, macros and the methods of Python', async () => {
    await files({
      'a.yaml': [
        '{% macro step(name, image=1) %}{{ name }}: { imageId: {{ image }} }{% endmacro %}',
        '{% for name in names.split(",") if name != "skip" %}',
        '{{ step(name | lower, image=7) }}',
        '{% else %}none{% endfor %}',
        '{% if flags.fast %}fast: {{ flags.items() | length }}{% endif %}',
        'home: {{ os_env.HOME }}',
        'last: {{ names[-1:] }}',
      ].join('\n'),
    })
    const text = await render('a.yaml', { names: 'Train,skip,Report', flags: { fast: true } })
    expect(text.split('\n').filter((line) => line.trim() !== '')).toEqual([
      'train: { imageId: 7 }',
      'report: { imageId: 7 }',
      'fast: 1',
      'home: /home/ada',
      'last: t',
    ])
  })

  it('escapes nothing, whatever its name ends in', async () => {
    await files({ 'a.yaml': 'x: {{ value }}', 'a.html': 'x: {{ value }}', 'a.json': 'x: {{ value }}' })
    for (const name of ['a.yaml', 'a.html', 'a.json']) {
      expect(await render(name, { value: `<"a" & 'b'>` })).toBe(`x: <"a" & 'b'>`)
    }
  })

  it('names file, line and variable where there is no value', async () => {
    await files({ 'a.yaml': 'body:\n  name: {{ nmae }}\n' })
    await expect(render('a.yaml', { name: 'x' })).rejects.toThrow(
      'a.yaml:2: there is no value for nmae. Did you mean name?',
    )
  })

  it('names the whole path of a value that is not there', async () => {
    await files({ 'a.yaml': 'x: {{ os_env.NO_SUCH }}', 'b.yaml': 'y: {{ image.version.id }}' })
    await expect(render('a.yaml')).rejects.toThrow('a.yaml:1: there is no value for os_env.NO_SUCH')
    await expect(render('b.yaml', { image: { version: {} } })).rejects.toThrow('image.version.id')
  })

  it('takes a default and a test for what may be missing', async () => {
    await files({ 'a.yaml': 'x: {{ gone | default("d") }}{% if gone is defined %}!{% endif %}' })
    expect(await render('a.yaml')).toBe('x: d')
  })

  it('leaves to an http step what stands for its own parameter or secret, and nothing else', async () => {
    const step = ['payload: "{{data}} {{ KEY_CUSTOM }}"', 'parameters:', '  env:', '    data: x']
    await files({ 'a.yaml': step.join('\n'), 'b.yaml': 'env:\n  data: {{ data }}', 'c.yaml': 'name: {{ name }}' })
    expect(await render('a.yaml')).toContain('payload: "{{data}} {{KEY_CUSTOM}}"')
    expect(await render('a.yaml', { data: 1 })).toContain('payload: "1 {{KEY_CUSTOM}}"')
    await expect(render('b.yaml')).rejects.toThrow('b.yaml:2: there is no value for data')
    await expect(render('c.yaml')).rejects.toThrow('there is no value for name')
  })

  it('says where its own grammar is broken', async () => {
    await files({ 'a.yaml': 'a: 1\nb: {{ 1 +\nc: 2\n' })
    await expect(render('a.yaml')).rejects.toThrow(/a\.yaml:\d: the template cannot be rendered: syntax error/)
  })
})

describe('an include', () => {
  it('is indented to the column of its tag, as often as it is there, also in itself', async () => {
    await files({
      'root.yaml': 'steps:\n  {% include "steps/one.yaml" %}\n  {% include "steps/one.yaml" %}\n',
      'steps/one.yaml': 'a:\n  b: {{ x }}\n  c:\n    {% include "steps/two.yaml" %}\n',
      'steps/two.yaml': 'd: 1\ne: 2\n',
    })
    const one = ['  a:', '    b: 7', '    c:', '      d: 1', '      e: 2']
    expect(await render('root.yaml', { x: 7 })).toBe(['steps:', ...one, ...one].join('\n'))
  })

  it('is looked for in the working directory and in the folders of the files so far', async () => {
    await files({
      'deploy/root.yaml': '{% include "beside.yaml" %}\n{% include "shared/deep.yaml" %}',
      'deploy/beside.yaml': 'a: 1',
      'shared/deep.yaml': '{% include "near.yaml" %}',
      'shared/near.yaml': 'b: 2',
    })
    expect(await render('deploy/root.yaml')).toBe('a: 1\nb: 2')
  })

  it('has the build context rewritten to be relative to the folder of the root', async () => {
    await files({
      'root.yaml': 'context: own\n{% include "images/image.yaml" %}',
      'images/image.yaml': 'buildDetails:\n  context: "./src"\n  contextual: x',
    })
    expect(await render('root.yaml')).toBe('context: own\nbuildDetails:\n  context: images/src\n  contextual: x')
  })

  it('is named with its own line when something in it is wrong', async () => {
    await files({
      'root.yaml': 'a: 1\nb:\n  {% include "part.yaml" %}\nc: {{ late }}',
      'part.yaml': 'x: 1\ny: {{ gone }}',
    })
    await expect(render('root.yaml')).rejects.toThrow('part.yaml:2: there is no value for gone')
    await expect(render('root.yaml', { gone: 1 })).rejects.toThrow('root.yaml:4: there is no value for late')
  })

  it('that is missing says who names it and where was looked', async () => {
    await files({ 'root.yaml': 'a: 1\n{% include "gone.yaml" %}' })
    await expect(render('root.yaml')).rejects.toThrow(
      `There is no file gone.yaml, which root.yaml:2 names. Looked in ${folder}`,
    )
  })

  it('may be missing where the tag says so, may be computed, and may be a list', async () => {
    await files({
      'root.yaml':
        '{% include "gone.yaml" ignore missing %}{% include kind ~ ".yaml" %} {% include ["gone.yaml", "b.yaml"] %}',
      'a.yaml': 'a',
      'b.yaml': 'b{{ x }}',
    })
    expect(await render('root.yaml', { kind: 'a', x: 1 })).toBe('a b1')
  })

  it('of itself is refused with where it happens', async () => {
    await files({ 'root.yaml': '{% include "a.yaml" %}', 'a.yaml': 'x\n{% include "root.yaml" %}' })
    await expect(render('root.yaml')).rejects.toThrow('root.yaml includes itself: a.yaml:2 includes it again')
  })

  it('in a comment or in raw text is none', async () => {
    await files({ 'root.yaml': '{# {% include "gone" %} #}{% raw %}{% include "gone" %}{% endraw %}' })
    expect(await render('root.yaml')).toBe('{% include "gone" %}')
  })

  it('keeps what it sets to itself', async () => {
    await files({ 'root.yaml': '{% set x = 1 %}{% include "a.yaml" %}{{ x }}', 'a.yaml': '{% set x = 2 %}' })
    expect(await render('root.yaml')).toBe('1')
  })

  it('goes with inheritance and imported macros', async () => {
    await files({
      'root.yaml':
        '{% extends "base.yaml" %}{% block body %}{% from "macros.j2" import twice %}{{ twice(2) }}{% endblock %}',
      'base.yaml': 'a: {% block body %}{% endblock %}',
      'macros.j2': '{% macro twice(x) %}{{ x * 2 }}{% endmacro %}',
    })
    expect(await render('root.yaml')).toBe('a: 4')
  })
})

describe('variables', () => {
  it('come from the file, are overridden by -p, hold =, and have types by --param-json', async () => {
    await files({ 'params.yaml': 'a: 1\nb: two\nc: null\n' })
    const variables = await readVariables({
      paramsFile: join(folder, 'params.yaml'),
      params: { b: 'x=y==', d: '5' },
      paramJson: { e: '[1, true]' },
    })
    expect(variables).toEqual({ a: 1, b: 'x=y==', d: '5', e: [1, true] })
  })
})

describe('the file of a command', () => {
  const shape = { fields: ['name', 'steps'], takesArtifact: false, kind: 'workflow' }
  const load = (name: string) =>
    loadFile(
      name,
      { paramsFile: undefined, params: undefined, paramJson: undefined },
      {
        surroundings: { workingDirectory: folder, environment: {} },
        shape,
      },
    )

  it('has its body under body, or is the body', async () => {
    await files({ 'a.yaml': 'body: { name: x }', 'b.yaml': 'name: x\nsteps: {}' })
    expect((await load('a.yaml')).body).toEqual({ name: 'x' })
    expect((await load('b.yaml')).body).toEqual({ name: 'x', steps: {} })
  })

  it('may say its kind, as files of apply do, but no other', async () => {
    await files({ 'a.yaml': 'kind: workflow\nbody: { name: x }', 'b.yaml': 'kind: image\nbody: { name: x }' })
    expect((await load('a.yaml')).body).toEqual({ name: 'x' })
    await expect(load('b.yaml')).rejects.toThrow(
      'b.yaml says that it is of kind "image"; this command takes a file of kind workflow.',
    )
  })

  it('with a misspelt or misplaced key says which was meant', async () => {
    await files({ 'a.yaml': 'bdoy: { name: x }', 'b.yaml': 'body: {}\nname: x', 'c.yaml': 'name: x\nstpes: {}' })
    await expect(load('a.yaml')).rejects.toThrow('bdoy is not a known key. Did you mean body?')
    await expect(load('b.yaml')).rejects.toThrow('name is not a known key. It belongs under body.')
    await expect(load('c.yaml')).rejects.toThrow('stpes is not a known key. Did you mean steps?')
  })

  it('is YAML 1.1, in which yes is true, without its dates', async () => {
    expect(await readYaml('a: yes\nb: 2024-01-31\nc: 0.1\nd: "no"\ne: .\nf: .5\ng: ..\n', 'f')).toEqual({
      a: true,
      b: '2024-01-31',
      c: 0.1,
      d: 'no',
      e: '.',
      f: 0.5,
      g: '..',
    })
  })

  it('that is no YAML names the line', async () => {
    await files({ 'a.yaml': 'a: 1\nb: [1\nc: 2\n' })
    await expect(load('a.yaml')).rejects.toThrow(/a\.yaml is not valid YAML: .*line \d/)
  })
})
