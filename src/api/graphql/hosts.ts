import { Host } from '../../../schema/rest/hosts.ts'
import { readHosts } from '../../domain/links/read-hosts.ts'
import { hostView } from '../rest/hosts.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Who sells in streams. */
export const hosts: Resource = {
  nodes: {
    Host: {
      kind: 'host',
      schema: Host,
      operation: 'getHost',
      load: loadOwn('host', readHosts, (_, rows) => rows.map(hostView))
    }
  },
  queries: { host: read('getHost'), hosts: connection('listHosts') },
  mutations: { createHost: act('createHost'), updateHost: act('updateHost') }
}
