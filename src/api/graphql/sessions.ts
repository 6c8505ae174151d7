import { Session } from '../../../schema/rest/sessions.ts'
import { readSessions } from '../../domain/links/read-sessions.ts'
import { sessionView } from '../rest/sessions.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Streams. */
export const sessions: Resource = {
  nodes: {
    Session: {
      kind: 'session',
      schema: Session,
      operation: 'getSession',
      load: loadOwn('session', readSessions, (request, rows) => rows.map(session => sessionView(request, request.server.origin(), session)))
    }
  },
  queries: { session: read('getSession'), sessions: connection('listSessions') },
  mutations: {
    createSession: act('createSession'),
    updateSession: act('updateSession'),
    endSession: act('endSession'),
    rotateSessionAddresses: act('rotateSessionAddresses')
  }
}
