import { printSchema } from 'graphql'
import type { App } from '../app-types.ts'

/** The schema of the graph as schema.graphql holds it. */
export function printGraph (app: App): string {
  return `# The graph at /graphql, printed by npm run openapi. How to ask it: docs/graphql.md.\n\n${printSchema(app.graphql.schema)}\n`
}
