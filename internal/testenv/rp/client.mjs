// One step of an OpenID client made of npm's openid-client. Takes {step, config, state, …} on standard input and
// prints {state, …} or {error: {name, message, code, status, description}} as JSON.
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const { issuer, client_id, client_secret, redirect_uri, scope, parameters } = asked.config;
const state = asked.state || {};

async function discover() {
  const authentication = client_secret ? client.ClientSecretBasic(client_secret) : client.None();
  return client.discovery(new URL(issuer), client_id, {}, authentication, { execute: [client.allowInsecureRequests], timeout: 20 });
}

const claimsOf = tokens => (tokens.id_token ? tokens.claims() : undefined);

const steps = {
  async start(config) {
    state.verifier = client.randomPKCECodeVerifier();
    state.state = client.randomState();
    state.nonce = client.randomNonce();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri, scope, state: state.state, nonce: state.nonce, code_challenge_method: 'S256',
      code_challenge: await client.calculatePKCECodeChallenge(state.verifier), ...parameters,
    });
    return { url: url.href };
  },
  async finish(config) {
    const checks = { pkceCodeVerifier: state.verifier, expectedState: state.state, expectedNonce: state.nonce, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(config, new URL(asked.callback), checks);
    return { tokens, claims: claimsOf(tokens) };
  },
  async userinfo(config) {
    return { claims: await client.fetchUserInfo(config, asked.token, asked.subject || client.skipSubjectCheck) };
  },
  async refresh(config) {
    const tokens = await client.refreshTokenGrant(config, asked.token);
    return { tokens, claims: claimsOf(tokens) };
  },
  async introspect(config) { return { claims: await client.tokenIntrospection(config, asked.token) }; },
  async revoke(config) { await client.tokenRevocation(config, asked.token); return {}; },
  async metadata(config) { return { claims: config.serverMetadata() }; },
  async logout(config) { return { url: client.buildEndSessionUrl(config, { id_token_hint: asked.token, ...parameters }).href }; },
};

try {
  const answer = await steps[asked.step](await discover());
  console.log(JSON.stringify({ state, ...answer }));
} catch (e) {
  const error = { name: e.name, message: e.message, code: e.error || e.code, status: e.status, description: e.error_description };
  if (e.cause instanceof Error) error.message += ': ' + e.cause.message;
  console.log(JSON.stringify({ state, error }));
}
