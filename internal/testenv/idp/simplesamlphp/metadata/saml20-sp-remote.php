<?php
// Service providers come from SSP_HOME/sps, read anew for each request.
foreach (glob(getenv('SSP_HOME') . '/sps/*.json') as $file) {
    $sp = json_decode(file_get_contents($file), true);
    $known = ['AssertionConsumerService' => $sp['acs'] ?? ''];
    if (!empty($sp['metadata'])) {
        // What SimpleSAMLphp itself reads out of the document, so that somebody else has read ours.
        $known = SimpleSAML\Metadata\SAMLParser::parseString($sp['metadata'])->getMetadata20SP();
    } elseif (!empty($sp['certificate'])) {
        $known['certData'] = $sp['certificate'];
    }
    $known['NameIDFormat'] = $sp['name_id'];
    $known['saml20.sign.response'] = $sp['sign_response'];
    $known['saml20.sign.assertion'] = $sp['sign_assertion'];
    $known['assertion.encryption'] = $sp['encryption'] !== '';
    $known['assertion.lifetime'] = $sp['lifetime'];
    $known['validate.authnrequest'] = $sp['signed_requests'];
    if ($sp['sha1']) {
        $known['signature.algorithm'] = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
    }
    if ($sp['next_key']) {
        $known['signature.privatekey'] = 'next.key';
        $known['signature.certificate'] = 'next.crt';
    }
    $metadata[$sp['entity_id']] = $known;
}
