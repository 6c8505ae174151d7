// The collection as Bruno reads it: a folder of .bru files, https://docs.usebruno.com/bru-lang/overview
import type { Collection, Folder, Step } from './contract.ts'

/** The files of a collection by name; `script` signs each request. */
export function printBruno (collection: Collection, script: string): Readonly<Record<string, string>> {
  const { baseUrl, keyId, secret, ...found } = collection.variables
  const given = Object.entries(found).filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`)
  const vars = [`baseUrl: ${baseUrl}`, 'keyId: ', ...given]
  return {
    'bruno.json': json({ version: '1', name: collection.name, type: 'collection', ignore: ['node_modules', '.git'] }) + '\n',
    'collection.bru': blocks([['script:pre-request', script.trimEnd()], ['docs', collection.description]]),
    'environments/local.bru': blocks([['vars', vars.join('\n')]]) +
      'vars:secret [\n  secret\n]\n',
    ...Object.fromEntries(collection.folders.flatMap((folder, place) => printFolder(folder, place)))
  }
}

function printFolder ({ name, description, steps }: Folder, place: number): Array<[string, string]> {
  return [
    [`${name}/folder.bru`, blocks([['meta', `name: ${name}\nseq: ${place + 1}`], ['docs', description]])],
    ...steps.map((step, i): [string, string] => [`${name}/${fileName(step.name)}.bru`, printStep(step, i + 1)])
  ]
}

/** What Bruno, and every file system, takes as the name of a file. */
function fileName (name: string): string {
  return name.replace(/[<>:"/\\|?*.,]/g, '').slice(0, 80).trim()
}

function printStep ({ name, description, method, path, query, body, status, checks, saves }: Step, seq: number): string {
  const target = query.map(([key, value]) => `${key}=${value}`).join('&')
  const asked = status === undefined
    ? "test('it is answered, or refused with a code', () => { if (res.getStatus() >= 400) expect(answer.code).to.be.a('string') })"
    : `test('the status is ${status}', () => { expect(res.getStatus()).to.equal(${status}) })`
  const told = [asked, ...checks.map(({ name, of, is }) => `test('${name}', () => { expect(${of}).to.be.${is} })`)].join('\n')
  const save = Object.entries(saves).map(([name, of]) => `if (res.getStatus() < 300 && ${of}) bru.setVar('${name}', ${of})`).join('\n')
  const answer = (text: string) => text.includes('answer') ? `const answer = res.getBody()\n${text}` : text
  const saved = (text: string) => text.includes('saved(') ? `const saved = name => bru.getVar(name)\n${text}` : text
  return blocks([
    ['meta', `name: ${fileName(name)}\ntype: http\nseq: ${seq}`],
    [method.toLowerCase(), `url: {{baseUrl}}${path}${target && `?${target}`}\nbody: ${body === undefined ? 'none' : 'json'}\nauth: none`],
    ...optional('params:query', query.map(([key, value]) => `${key}: ${value}`).join('\n')),
    ...optional('body:json', body === undefined ? '' : json(body)),
    ...optional('script:post-response', answer(save)),
    ['tests', saved(answer(told))],
    // The script has encoded the address, and signed it so.
    ['settings', 'encodeUrl: false'],
    ...optional('docs', description)
  ])
}

function json (value: unknown): string {
  return JSON.stringify(value, null, 2)
}

function optional (name: string, text: string): Array<readonly [string, string]> {
  return text === '' ? [] : [[name, text]]
}

function blocks (all: ReadonlyArray<readonly [name: string, text: string]>): string {
  return all.map(([name, text]) => `${name} {\n${text.split('\n').map(line => `  ${line}`.trimEnd()).join('\n')}\n}\n`).join('\n') + '\n'
}
