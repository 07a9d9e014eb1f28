import { type FrontDoorOptions, openFrontDoor, takeShortcut } from './http/front-door.ts';
import { describeRoutes } from './http/openapi.ts';
import { refuseOtherMethods } from './http/rights-on-routes.ts';
import type { App, Parts } from './http/route.ts';
import { deleteAuthTokenById, getAuthToken } from './http/routes/auth-token-by-id.ts';
import { consolePages } from './http/routes/console-pages.ts';
import { consoleSession } from './http/routes/console-session.ts';
import { consoleSignIn, consoleSignOut } from './http/routes/console-sign-in.ts';
import { createAuthToken } from './http/routes/create-auth-token.ts';
import { putUser } from './http/routes/create-user.ts';
import { deleteAuthToken } from './http/routes/delete-auth-token.ts';
import { deleteUser } from './http/routes/delete-user.ts';
import { deleteUserAuthTokens } from './http/routes/delete-user-auth-tokens.ts';
import { exportAuditEvents } from './http/routes/export-audit-events.ts';
import { followRevocations } from './http/routes/follow-revocations.ts';
import { getInfo } from './http/routes/get-info.ts';
import { getStatus } from './http/routes/get-status.ts';
import { getCurrentUser, getUser } from './http/routes/get-user.ts';
import { getHealth, getReadiness, getRoot } from './http/routes/health.ts';
import { listActivities } from './http/routes/list-activities.ts';
import { listAuditChains } from './http/routes/list-audit-chains.ts';
import { listAuditEvents } from './http/routes/list-audit-events.ts';
import { listAuthTokens, listUserAuthTokens } from './http/routes/list-auth-tokens.ts';
import { listUsers } from './http/routes/list-users.ts';
import { getMetrics } from './http/routes/metrics.ts';
import { modifyPassword } from './http/routes/modify-password.ts';
import { patchUser } from './http/routes/modify-user.ts';
import { getMetadata, introspect, revoke } from './http/routes/oauth.ts';
import { getRequest, listRequests } from './http/routes/requests.ts';
import { reviewToken } from './http/routes/token-review.ts';
import { unlockUser } from './http/routes/unlock-user.ts';
import { verify } from './http/routes/verify.ts';
import { createShortcut } from './http/shortcut.ts';
import { isTraced } from './http/tracing.ts';
import { createTurnAway } from './http/turn-away.ts';

const endpoints: readonly ((app: App, parts: Parts) => void)[] = [
  getRoot,
  getHealth,
  getReadiness,
  getMetrics,
  createAuthToken,
  deleteAuthToken,
  listAuthTokens,
  getAuthToken,
  deleteAuthTokenById,
  listUserAuthTokens,
  deleteUserAuthTokens,
  getCurrentUser,
  listUsers,
  getUser,
  putUser,
  patchUser,
  deleteUser,
  modifyPassword,
  getInfo,
  getStatus,
  getMetadata,
  introspect,
  revoke,
  verify,
  reviewToken,
  followRevocations,
  unlockUser,
  listAuditEvents,
  listAuditChains,
  exportAuditEvents,
  listActivities,
  listRequests,
  getRequest,
  consolePages,
  consoleSession,
  consoleSignIn,
  consoleSignOut,
];

/** The whole service as one value that answers requests, but doesn't listen: the process does (`answer-requests.ts`), and tests. */
export async function buildApp(parts: Parts, options: FrontDoorOptions): Promise<App> {
  const app = await openFrontDoor(parts, options);
  describeRoutes(app);
  for (const endpoint of endpoints) {
    if (endpoint !== getMetrics || options.metricsListen === undefined) endpoint(app, parts);
  }
  refuseOtherMethods(app, { corsOn: options.corsOrigins.length > 0 });
  // A log, or a trace, that wants every request must see every request.
  const isOff = (): boolean =>
    isTraced() || options.logger.level === 'debug' || options.logger.level === 'trace';
  takeShortcut(app, (longWay) =>
    createShortcut(parts, isOff, createTurnAway(parts, { ...options, isOff }, longWay)),
  );
  await app.ready();
  return app;
}
