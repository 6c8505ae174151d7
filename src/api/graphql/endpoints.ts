import { Endpoint, EndpointWithSecret } from '../../../schema/rest/endpoints.ts'
import { readEndpoints } from '../../domain/callbacks/read-endpoints.ts'
import { endpointView } from '../rest/endpoints.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Where callbacks go. */
export const endpoints: Resource = {
  nodes: {
    Endpoint: {
      kind: 'endpoint',
      schema: Endpoint,
      // What it has more is its secret, which stands beside it in the payload and in no endpoint.
      summaries: [EndpointWithSecret],
      operation: 'getEndpoint',
      load: loadOwn('endpoint', readEndpoints, (_, rows) => rows.map(endpointView))
    }
  },
  queries: {
    endpoint: read('getEndpoint'),
    endpoints: connection('listEndpoints')
  },
  mutations: {
    createEndpoint: act('createEndpoint', { beside: ['secret'] }),
    rotateEndpointSecret: act('rotateEndpointSecret', { beside: ['secret'] }),
    updateEndpoint: act('updateEndpoint'),
    pauseEndpoint: act('pauseEndpoint'),
    resumeEndpoint: act('resumeEndpoint'),
    deleteEndpoint: act('deleteEndpoint'),
    testEndpoint: act('testEndpoint'),
    simulateEvent: act('simulateEvent'),
    replayEndpoint: act('replayEndpoint', { noun: 'progress' })
  }
}
