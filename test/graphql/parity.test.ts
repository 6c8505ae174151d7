// The graph says what REST says: every operation of the contract has a field, under the same scope, and the schema that is checked in is
// the one that is served.
import { readFileSync } from 'node:fs'
import { GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, isObjectType, type GraphQLField, type GraphQLInputType } from 'graphql'
import t from 'tap'
import { resellerScopes } from '../../schema/vocabulary.ts'
import { appForPrinting, graphForPrinting } from '../../src/compose.ts'
import { depthMax } from '../../src/api/graphql/measure-cost.ts'
import { graphReader, refusalsOf } from '../support/graph.ts'
import { readContract } from '../support/contract.ts'
import { openHouse } from '../support/house.ts'

/** Operations without a field, each for a reason. */
const withoutField: Readonly<Record<string, string>> = {
  ping: 'measures a signed request that does nothing; { __typename } is that here',
  getStock: 'the field stock is queryStock, which is the same for more SKUs',
  createBulkOrder: 'takes a file of up to 100,000 lines, which is hashed as it flows: a request of its own kind',
  getBulkOrderTemplate: 'is a CSV file for spreadsheets',
  streamSessionLive: 'tells differences of figures, which no selection of fields can be told of; sessionReport is the same whole'
}

const app = await appForPrinting()
await app.ready()
const { schema } = app.graphql
const fields = Object.values(schema.getTypeMap()).filter(type => isObjectType(type) && !type.name.startsWith('__'))
  .flatMap(type => isObjectType(type) ? Object.values(type.getFields()).map(field => ({ type: type.name, field })) : [])
const operationOf = ({ extensions }: GraphQLField<unknown, unknown>): string | undefined => extensions.operation as string | undefined
const contract = readContract().filter(({ signed, path }) => signed && !path.startsWith('/admin'))

t.test('every operation of the contract that is a reseller’s has a field, or a reason why not', async t => {
  const used = new Set(fields.map(({ field }) => operationOf(field)))
  t.ok(contract.length > 70, 'the contract was read')
  for (const { operationId: id } of contract) {
    t.not(used.has(id), id in withoutField, `${id} has ${id in withoutField ? 'no field' : 'a field'}`)
  }
  const known = new Set(contract.map(({ operationId }) => operationId))
  t.same(Object.keys(withoutField).filter(id => !known.has(id)), [], 'no reason is given for what there is not')
})

t.test('no root field is without the scope of its operation, and codes need codes:read', async t => {
  const roots = fields.filter(({ type }) => ['Query', 'Mutation', 'SubscriptionRoot'].includes(type))
  t.same(roots.filter(({ field }) => operationOf(field) === undefined).map(({ field }) => field.name), ['node', 'nodes'], 'node and nodes take the scope of the type they find')
  const scopes = new Map(contract.map(({ operationId, scope }) => [operationId, scope]))
  for (const { field } of fields.filter(({ field }) => /^codes/.test(field.name) && operationOf(field))) t.equal(scopes.get(operationOf(field)!), 'codes:read', field.name)
  const house = await openHouse(t)
  const alice = await house.reseller()
  let asked = 0
  for (const scope of new Set(scopes.values())) {
    if (scope === undefined) continue
    const ask = graphReader(await alice.withKey({ scopes: resellerScopes.filter(held => held !== scope) }))
    for (const { type, field } of roots.filter(({ type, field }) => type !== 'SubscriptionRoot' && scopes.get(operationOf(field) ?? '') === scope)) {
      const args = field.args.filter(({ type }) => type instanceof GraphQLNonNull).map(({ name, type }) => `${name}: ${sampleOf(type)}`)
      const document = `${type === 'Query' ? 'query' : 'mutation'} { ${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} { __typename } }`
      t.same(refusalsOf(await ask(document)), [[field.name, 'scope_missing']], `${field.name} needs ${scope}`)
      asked++
    }
  }
  t.ok(asked > 50, `${asked} fields were asked for without their scope`)
})

t.test('schema.graphql is what the server serves', async t => {
  t.equal(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'), await graphForPrinting(), 'npm run openapi prints it')
})

t.test('a document within the depth can read what one request of REST answers', async t => {
  t.ok(depthMax >= 8)
  for (const { type, field } of fields) t.notMatch(`${type}.${field.name}`, /_/, 'names are camelCase')
})

/** The least that a type takes. */
function sampleOf (type: GraphQLInputType): string {
  if (type instanceof GraphQLNonNull) return sampleOf(type.ofType)
  if (type instanceof GraphQLList) return `[${sampleOf(type.ofType)}]`
  if (type instanceof GraphQLEnumType) return type.getValues()[0]!.name
  if (type instanceof GraphQLInputObjectType) {
    const needed = Object.values(type.getFields()).filter(({ type }) => type instanceof GraphQLNonNull)
    return `{ ${needed.map(({ name, type }) => `${name}: ${sampleOf(type)}`).join(', ')} }`
  }
  return ({ Int: '1', SafeInt: '1', Boolean: 'true', JSON: '{ kty: "OKP" }', Decimal: '"1"' } as Readonly<Record<string, string>>)[type.name] ?? '"x"'
}
