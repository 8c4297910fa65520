<?php
// Accounts come from SSP_HOME/accounts, read anew for each request.
$users = ['exampleauth:UserPass'];
foreach (glob(getenv('SSP_HOME') . '/accounts/*.json') as $file) {
    $account = json_decode(file_get_contents($file), true);
    $users[$account['name'] . ':' . $account['password']] = $account['saml'];
}
$config = ['admin' => ['core:AdminPassword'], 'users' => $users];
