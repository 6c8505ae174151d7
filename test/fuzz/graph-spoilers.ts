// Documents that are none, or too much: cut, renamed, doubled, nested, and bodies that are no request at all.
import type { Means } from './generate.ts'
import type { GraphDocument } from './graph-document.ts'

export interface SpoiltDocument {
  /** The document as it will be read; undefined when no one document is sent. */
  readonly query: string | undefined
  readonly body: string
}

/** A document, spoilt. */
export function spoilDocument (document: GraphDocument, means: Means): SpoiltDocument {
  return means.draw.pick(spoilers)(document, means)
}

type Spoiler = (document: GraphDocument, means: Means) => SpoiltDocument

const withQuery = (query: string, { variables }: GraphDocument, more: object = {}): SpoiltDocument =>
  ({ query, body: JSON.stringify({ query, variables, ...more }) })
const without = (body: unknown): SpoiltDocument => ({ query: undefined, body: typeof body === 'string' ? body : JSON.stringify(body) })

const words = '{ lines { sku { product { skus '
const nesting = [1, 2, 40]

const spoilers: readonly Spoiler[] = [
  (of, { draw }) => withQuery(of.query.slice(0, draw.below(of.query.length)), of),
  (of, { draw }) => {
    const field = draw.pick(['noSuchField ', '__proto__ ', 'constructor ', '__schema '])
    return withQuery(of.query.replace(/\b[a-z]\w+ (?=[{}a-z])/, field), of)
  },
  of => withQuery(of.query.replace(/ \}$/m, ' ...C }') + '\nfragment C on Query { ...C }', of),
  of => withQuery(`${of.query}\nfragment A on Me { ...B } fragment B on Me { ...A }`, of),
  (of, { draw }) => withQuery(`{ ${times(draw.pick([14, 15, 16, 60]), i => `x${i}: me { world }`)} }`, of),
  (of, { draw }) => {
    const depth = draw.pick(nesting)
    return withQuery(`{ orders { nodes ${words.repeat(depth)}{ id }${' } } } }'.repeat(depth)} } }`, of)
  },
  (of, { draw }) => withQuery(of.query.replace('{', `{ ${'__typename @include(if: true) '.repeat(draw.pick([5, 21, 400]))}`), of),
  (of, { draw }) => withQuery(of.query + ' '.repeat(draw.pick([100, 19_000, 30_000])), of),
  (of, { draw }) => {
    const text = draw.pick(['\ud800', '\u0000', '\u202e', 'x'.repeat(9_000)])
    return withQuery(of.query.replaceAll('"text"', JSON.stringify(text)), of)
  },
  of => withQuery('{ __schema { types { name fields { name type { name } } } } }', of),
  of => withQuery('{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }', of),
  (of, { draw }) => withQuery(`mutation { ${times(draw.pick([1, 2, 5]), i => `m${i}: endSession(id: "ses_x") { session { id } }`)} }`, of),
  of => withQuery(`${of.query} query Other { me { world } }`, of, { operationName: 'Nobody' }),
  of => ({ query: undefined, body: JSON.stringify({ query: of.query, variables: {} }) }),
  (of, means) => {
    const variables = Object.fromEntries(Object.keys(of.variables).map(name => [name, strange(means)]))
    return { query: of.query, body: JSON.stringify({ query: of.query, variables }) }
  },
  (of, { draw }) => {
    const member = draw.pick(['{"query":"{me{world}}",', '{"__proto__":{},', '{"x":1,'])
    return { query: of.query, body: JSON.stringify({ query: of.query, variables: of.variables }).replace('{', member) }
  },
  of => without([{ query: of.query }, { query: of.query }]),
  (of, means) => without({ query: strange(means), variables: of.variables }),
  (of, means) => without({ query: of.query, variables: strange(means), extensions: strange(means) }),
  (_, means) => without(strange(means)),
  (_, { draw }) => without(draw.pick(noRequests))
]

const noRequests = [
  '', '{', 'null', '"', '['.repeat(20_000), `{"query":"${'a'.repeat(70_000)}"}`, '{"query":"\\ud800"}', '{"query":"\\u0000"}'
]

function times (count: number, make: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => make(i)).join(' ')
}

function strange ({ draw, pool }: Means): unknown {
  const id = pool.any(draw) ?? 'x'
  return draw.pick([null, true, '', 'x', 0, -1, 2 ** 53, 1e308, [], [[]], {}, { a: { b: [] } }, '\u0000', id, Array(120).fill('ord_x')])
}
