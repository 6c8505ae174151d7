// GraphiQL at /graphiql: an editor to try the graph in, of this server's own files alone. It needs a bearer token, because a browser
// cannot keep a secret to sign with; the schema is public, so completion and documentation are there without one.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { introspectionFromSchema, type GraphQLSchema } from 'graphql'
import type { App } from '../app-types.ts'

/** What the page loads, by the name it loads it under: files of packages, and what starts them. */
const loadedFiles: Readonly<Record<string, readonly [of: string, file: string, type: string]>> = {
  'react.js': ['react', 'umd/react.production.min.js', 'text/javascript'],
  'react-dom.js': ['react-dom', 'umd/react-dom.production.min.js', 'text/javascript'],
  'graphiql.js': ['graphiql', 'graphiql.min.js', 'text/javascript'],
  'graphiql.css': ['graphiql', 'graphiql.min.css', 'text/css'],
  'start.js': ['here', 'graphiql.browser.js', 'text/javascript']
}

/** What this server serves, and nothing else; the editor sets styles and carries its fonts in its style sheet. */
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const hidden = { hide: true } as const

/** Serves the page and all it needs. */
export function serveGraphiql (app: App, schema: GraphQLSchema): void {
  const { resolve } = createRequire(import.meta.url)
  const fileOf = (of: string, file: string) => of === 'here' ? new URL(file, import.meta.url) : join(dirname(resolve(`${of}/package.json`)), file)
  const files = new Map<string, Promise<Buffer>>()

  app.get('/graphiql', { schema: hidden }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').headers({ 'content-security-policy': pagePolicy, 'cache-control': 'no-cache', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' }).send(page))

  for (const [name, [of, file, type]] of Object.entries(loadedFiles)) {
    app.get(`/graphiql/${name}`, { schema: hidden }, async (_request, reply) => {
      // Read when it is first asked for: most servers never are.
      let bytes = files.get(name)
      if (!bytes) files.set(name, bytes = readFile(fileOf(of, file)))
      return reply.type(`${type}; charset=utf-8`).headers({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }).send(await bytes)
    })
  }

  // Made once: nobody has to say who they are for it.
  let told: string | undefined
  app.get('/graphiql/schema.json', { schema: hidden }, async (_request, reply) =>
    reply.type('application/json').header('cache-control', 'no-cache').send(told ??= JSON.stringify({ data: introspectionFromSchema(schema) })))
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kahub GraphiQL</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/graphiql/graphiql.css">
<style>
html, body, #graphiql { height: 100%; margin: 0 }
#graphiql { font-family: sans-serif }
#graphiql > noscript { display: block; padding: 2rem }
.kahub-logo { font-weight: 600 }
.kahub-logo a { color: inherit; font-weight: 400; margin-left: .75em }
</style>
</head>
<body>
<div id="graphiql"><noscript>GraphiQL needs JavaScript. The graph answers at /graphql all the same.</noscript></div>
<script src="/graphiql/react.js"></script>
<script src="/graphiql/react-dom.js"></script>
<script src="/graphiql/graphiql.js"></script>
<script src="/graphiql/start.js"></script>
</body>
</html>
`
