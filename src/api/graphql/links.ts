import { Link } from '../../../schema/rest/links.ts'
import { readLinks } from '../../domain/links/read-links.ts'
import { linkViews } from '../rest/link-view.ts'
import { eyesOf } from '../rest/links.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Purchase links. */
export const links: Resource = {
  nodes: {
    Link: {
      kind: 'link',
      schema: Link,
      operation: 'getLink',
      load: loadOwn('link', readLinks, async (request, rows) =>
        linkViews(request.caller.world.db, await eyesOf(request, { origin: () => request.server.origin() }), rows))
    }
  },
  queries: { link: read('getLink'), links: connection('listLinks') },
  mutations: {
    createLink: act('createLink'),
    updateLink: act('updateLink'),
    pauseLink: act('pauseLink'),
    resumeLink: act('resumeLink'),
    endLink: act('endLink')
  },
  fields: { Link: { changes: { ...connection('listLinkChanges'), from: { id: 'id' } } } }
}
