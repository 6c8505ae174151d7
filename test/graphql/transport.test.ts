// GraphQL over HTTP: the audits of graphql-http against the running server, media types, methods, and what is refused before anything is asked.
import { auditServer, type AuditResult } from 'graphql-http'
import t from 'tap'
import { signingFetch } from '../support/graph.ts'
import { openHouse } from '../support/house.ts'

const house = await openHouse(t)
const alice = await house.reseller()

t.test('all 61 audits of GraphQL over HTTP are passed', async t => {
  const results: AuditResult[] = await auditServer({ url: `${house.url}/graphql`, fetchFn: signingFetch(alice) })
  t.equal(results.length, 61)
  for (const result of results) t.equal(result.status, 'ok', `${result.id} ${result.name}: ${'reason' in result ? result.reason : ''}`)
})
