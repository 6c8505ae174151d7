// Runs in the browser. Starts GraphiQL on /graphql: queries by POST, subscriptions as server-sent events, both with the headers of the tab Headers.
/* global React, ReactDOM, GraphiQL */
const howToToken = 'There is no token yet. Run npx kahub token in another terminal, and put what it prints into Headers, below, in place of TOKEN.'
const welcome = `# The graph of kahub: the contract of REST.
# Complete: Ctrl-Space. Run: Ctrl-Enter.
# Documentation: the first button, left.
#
# A browser can keep no secret to sign with:
# it carries a token that only reads. Run
#   npx kahub token
# in another terminal, and put what it prints
# into Headers, below, in place of TOKEN.

query Start {
  me {
    world
    reseller { name currency }
  }
  products(first: 3) {
    nodes {
      name
      skus {
        id
        name
        unitPrice { amount currency }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}

# What becomes true, as it does: run it, and
# buy something in another terminal.
subscription Follow {
  events {
    type
    timestamp
    about {
      id
      ... on Order { reference state }
    }
  }
}
`

function fetcher (asked, options) {
  if (asked.operationName === 'IntrospectionQuery') return fetch('/graphiql/schema.json').then(answer => answer.json())
  const headers = { 'content-type': 'application/json', ...options?.headers }
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? ''
  if (authorization === '' || authorization.includes('TOKEN')) return { errors: [{ message: howToToken }] }
  const send = accept => fetch('/graphql', { method: 'POST', headers: { ...headers, accept }, body: JSON.stringify(asked) })
  return subscribes(asked, options) ? follow(send) : send('application/graphql-response+json').then(read)
}

function subscribes ({ operationName }, options) {
  const operations = options?.documentAST?.definitions.filter(({ kind }) => kind === 'OperationDefinition') ?? []
  const chosen = operations.find(({ name }) => name?.value === operationName) ?? operations[0]
  return chosen?.operation === 'subscription'
}

async function read (answer) {
  const body = await answer.json()
  return body.errors || body.data !== undefined ? body : { errors: [{ message: body.detail, extensions: body }] }
}

async function * follow (send) {
  const answer = await send('text/event-stream')
  if (!(answer.headers.get('content-type') ?? '').startsWith('text/event-stream')) return yield await read(answer)
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (let rest = '', part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (rest + part.value).split('\n\n')
      rest = blocks.pop()
      for (const block of blocks) {
        const data = /^data: (.+)$/m.exec(block)?.[1]
        if (data !== undefined) yield JSON.parse(data)
      }
    }
  } finally {
    reader.cancel()
  }
}

const { createElement } = React
ReactDOM.createRoot(document.getElementById('graphiql')).render(createElement(GraphiQL, {
  fetcher,
  defaultQuery: welcome,
  defaultHeaders: JSON.stringify({ authorization: 'Bearer TOKEN' }, null, 2),
  defaultEditorToolsVisibility: 'headers',
  shouldPersistHeaders: false,
  isHeadersEditorEnabled: true
}, createElement(GraphiQL.Logo, null, createElement('span', { className: 'kahub-logo' }, 'kahub', createElement('a', { href: '/docs' }, 'docs')))))
