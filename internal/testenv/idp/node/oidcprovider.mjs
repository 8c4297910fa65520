// An OpenID provider made of npm's oidc-provider. Accounts are files in this folder, read anew for each request;
// clients register themselves. Its development pages take any password.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Provider } from 'oidc-provider';

const { PORT, ISSUER } = process.env;
const account = name => {
  const file = fileURLToPath(new URL(`accounts/${createHash('sha256').update(name).digest('hex')}.json`, import.meta.url));
  return existsSync(file) ? JSON.parse(readFileSync(file)) : undefined;
};
const provider = new Provider(ISSUER, {
  claims: { openid: ['sub'], profile: ['name', 'given_name', 'family_name'], email: ['email', 'email_verified'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  conformIdTokenClaims: false, // the claims stand in the ID token, as Okta and Entra do it
  pkce: { required: () => true },
  cookies: { keys: ['for-tests-only'] },
  clientDefaults: { id_token_signed_response_alg: 'RS256' },
  ttl: { AccessToken: 300, IdToken: 300, AuthorizationCode: 60, Interaction: 600, Session: 3600, Grant: 3600, RefreshToken: 3600 },
  features: {
    devInteractions: { enabled: true }, revocation: { enabled: true }, introspection: { enabled: true },
    registration: { enabled: true }, rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true },
  },
  // Its own dispatcher refuses loopback, where the tests' applications listen for logouts.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  async findAccount(ctx, name) {
    const found = account(name);
    return found && { accountId: name, async claims() { return { sub: name, ...found.oidc }; } };
  },
});
for (const event of ['server_error', 'backchannel.error', 'registration_create.error']) {
  provider.on(event, (...args) => console.error(event, args.find(a => a instanceof Error)));
}
provider.listen(Number(PORT), '127.0.0.1');
