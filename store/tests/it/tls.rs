//! TLS to PostgreSQL, as the address asks for it.

use store::{Db, DbError, Options, args};

use crate::{
    own_server::OwnServer,
    support::{PUT_CODE, SERIES},
};

store::statements! {
    ENCRYPTED = "SELECT CASE WHEN ssl THEN 1 ELSE 0 END FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
}

async fn is_encrypted(url: &str) -> Result<bool, DbError> {
    let db = Db::open(url, &Options::default()).await?;
    db.migrate(&SERIES)
        .await
        .map_err(|error| DbError::Internal(error.to_string()))?;
    let code = format!("code {url}");
    db.commit(PUT_CODE.with(args![code]).into())
        .await
        .map_err(|error| DbError::Internal(error.to_string()))?;
    let rows = db.read(&ENCRYPTED, &[]).await?;
    Ok(rows.first().expect("a row").int(0)? == 1)
}

#[tokio::test]
async fn the_address_decides() {
    let server = OwnServer::start_with_tls();
    let (address, certificate) = (server.url(), server.certificate());
    assert_eq!(is_encrypted(&format!("{address}?sslmode=disable")).await, Ok(false));
    assert_eq!(is_encrypted(&address).await, Ok(true));
    assert_eq!(is_encrypted(&format!("{address}?sslmode=require")).await, Ok(true));
    // Root reads the certificate in the server's folder; another user runs the server itself.
    let checked = |host: &str| format!("{}?sslmode=verify-full&sslrootcert={certificate}", server.url_at(host));
    assert_eq!(is_encrypted(&checked("localhost")).await, Ok(true));
    let other_name = is_encrypted(&checked("127.0.0.1")).await;
    assert!(matches!(other_name, Err(DbError::Unavailable(_))), "{other_name:?}");
    // Without that file the certificate is nobody's that the system trusts, or there is no system store at all.
    let unknown = is_encrypted(&format!("{}?sslmode=verify-full", server.url_at("localhost"))).await;
    assert!(unknown.is_err(), "{unknown:?}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_when_tls_is_required() {
    let server = OwnServer::start();
    assert_eq!(is_encrypted(&server.url()).await, Ok(false));
    let refused = is_encrypted(&format!("{}?sslmode=require", server.url())).await;
    assert!(refused.is_err(), "{refused:?}");
}
