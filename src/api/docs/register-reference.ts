import scalar from '@scalar/fastify-api-reference'
import type { App } from '../app-types.ts'
import { referencePath } from './guides.ts'

/** The page may load what this server serves and nothing else. */
const pagePolicy = "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The reference page at /docs/reference, made of the contract, without any request to the outside; and the contract itself. */
export async function registerDocs (app: App): Promise<void> {
  app.get('/', { schema: { hide: true } as never }, (_, reply) => reply.redirect('/docs'))
  app.get('/openapi.yaml', { schema: { hide: true } as never }, (_, reply) => reply.type('application/yaml').send(app.swagger({ yaml: true })))
  await app.register(async scope => {
    scope.addHook('onSend', async (_, reply) => { reply.header('content-security-policy', pagePolicy) })
    await scope.register(scalar as never, {
      routePrefix: referencePath,
      configuration: {
        metaData: { title: 'kahub API' },
        withDefaultFonts: false,
        telemetry: false,
        agent: { disabled: true },
        mcp: { disabled: true },
        showDeveloperTools: 'never',
        hideClientButton: true,
        hideTestRequestButton: true
      }
    })
  })
}
