// The collection as Postman reads it: https://schema.postman.com/json/collection/v2.1.0/collection.json
import type { Collection, Step } from './contract.ts'

/** The text of a collection of version 2.1; `script` signs each request. */
export function printPostman (collection: Collection, script: string): string {
  return JSON.stringify({
    info: {
      name: collection.name,
      description: collection.description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'
    },
    event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec: linesOf(script) } }],
    variable: Object.entries(collection.variables).map(([key, value]) => ({ key, value, type: 'string' })),
    item: collection.folders.map(({ name, description, steps }) => ({ name, description, item: steps.map(item) }))
  }, null, 2) + '\n'
}

function item (step: Step) {
  const { name, description, method, path, query, body } = step
  const target = query.map(([key, value]) => `${key}=${value}`).join('&')
  return {
    name,
    event: [{ listen: 'test', script: { type: 'text/javascript', exec: linesOf(tests(step)) } }],
    request: {
      method,
      description,
      header: body === undefined ? [] : [{ key: 'Content-Type', value: 'application/json' }],
      url: {
        raw: `{{baseUrl}}${path}${target && `?${target}`}`,
        host: ['{{baseUrl}}'],
        path: path.split('/').slice(1),
        ...(query.length > 0 && { query: query.map(([key, value]) => ({ key, value })) })
      },
      ...(body !== undefined && { body: { mode: 'raw', raw: JSON.stringify(body, null, 2), options: { raw: { language: 'json' } } } })
    },
    response: []
  }
}

function tests ({ status, checks, saves }: Step): string {
  const asked = status === undefined
    ? "pm.test('it is answered, or refused with a code', () => pm.response.code < 400 || pm.expect(answer.code).to.be.a('string'))"
    : `pm.test('the status is ${status}', () => pm.response.to.have.status(${status}))`
  const told = checks.map(({ name, of, is }) => `pm.test('${name}', () => pm.expect(${of}).to.be.${is})`)
  const save = Object.entries(saves).map(([name, of]) =>
    `if (pm.response.code < 300 && ${of}) pm.collectionVariables.set('${name}', ${of})`)
  const text = [asked, ...told, ...save].join('\n')
  const read = 'const answer = /json/.test(pm.response.headers.get(\'Content-Type\')) ? pm.response.json() : undefined\n'
  const head = text.includes('answer') ? read : ''
  return `${head}${text.includes('saved(') ? 'const saved = name => pm.variables.get(name)\n' : ''}${text}`
}

function linesOf (script: string): string[] {
  return script.trimEnd().split('\n')
}
