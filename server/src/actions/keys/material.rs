//! What a new key is made of: a pair made here, a private key from outside, or the public half of somebody else's.

use protocol::jose::{
    Algorithm, ContentEncryption, DecryptionKey, EncryptionKey, JoseError, Jwk, KeyManagement, PublicKey, SigningKey,
};
use secrecy::ExposeSecret as _;
use store::StoreError;
use store::signing_keys::KeyOrigin;
use zeroize::Zeroizing;

use super::certificate::Chain;
use super::fields::NewKeyFields;
use super::pem;
use crate::actions::outcome::{ActionError, FieldError};

/// Characters of the longest id.
const LONGEST_KID: usize = 255;

/// What a key is for, with its algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Sign(Algorithm),
    Encrypt(KeyManagement, ContentEncryption),
}

/// The stuff of a key, checked as a whole.
pub(super) struct Material {
    pub(super) purpose: Purpose,
    pub(super) origin: KeyOrigin,
    pub(super) private: Option<Zeroizing<Vec<u8>>>,
    /// With `kid`, `use`, `alg` and its certificates.
    pub(super) jwk: Jwk,
    pub(super) certificate: Option<String>,
}

/// What stands in a request, read but not yet brought together.
enum Given {
    Nothing,
    Private(protocol::jose::PrivateKey),
    Public(Jwk),
}

impl Purpose {
    pub(super) const fn key_use(self) -> &'static str {
        match self {
            Self::Sign(_) => "sig",
            Self::Encrypt(..) => "enc",
        }
    }

    pub(super) const fn alg(self) -> &'static str {
        match self {
            Self::Sign(alg) => alg.as_str(),
            Self::Encrypt(alg, _) => alg.as_str(),
        }
    }

    pub(super) const fn enc(self) -> Option<&'static str> {
        match self {
            Self::Sign(_) => None,
            Self::Encrypt(_, enc) => Some(enc.as_str()),
        }
    }
}

/// Reads and checks what a request gives. Making a pair takes a core for a while: call this beside the requests.
pub(super) fn assemble(fields: &NewKeyFields) -> Result<Material, ActionError> {
    let (given, chain) = read(fields).map_err(ActionError::Invalid)?;
    let public = match (&given, &chain) {
        (Given::Private(key), _) => Some(key.public.clone()),
        (Given::Public(jwk), _) => Some(jwk.key().clone()),
        (Given::Nothing, Some(chain)) => Some(chain.public.clone()),
        (Given::Nothing, None) => None,
    };
    if let (Some(public), Some(chain)) = (&public, &chain)
        && *public != chain.public
    {
        let message = "The certificate is for another key.";
        return Err(ActionError::field(FieldError::invalid("certificate", message)));
    }
    let stated = match &given {
        Given::Public(jwk) => jwk.alg.clone(),
        _ => None,
    };
    let purpose = purpose(fields, public.as_ref(), stated.as_deref()).map_err(ActionError::field)?;
    let signs_without_private = matches!(purpose, Purpose::Sign(_)) && !matches!(given, Given::Private(_));
    if public.is_some() && signs_without_private {
        let message = "To sign takes the private key; a public key alone is for `use` `enc`.";
        return Err(ActionError::field(FieldError::new("private_key", "required", message)));
    }
    let named = match &given {
        Given::Public(jwk) => jwk.kid.clone(),
        _ => None,
    };
    let kid = fields.kid.clone().or(named);
    if let Some(kid) = &kid {
        check_kid(kid).map_err(ActionError::field)?;
    }
    let (origin, private) = match given {
        Given::Private(key) => (KeyOrigin::Imported, Some(key.pkcs8)),
        Given::Nothing if chain.is_none() => (KeyOrigin::Generated, Some(generate(purpose)?)),
        Given::Nothing | Given::Public(_) => (KeyOrigin::Public, None),
    };
    let mut jwk = match (&private, public) {
        (None, Some(public)) => public_jwk(public, purpose, kid.as_deref())?,
        (Some(private), _) => private_jwk(private, purpose, kid.as_deref())?,
        (None, None) => return Err(StoreError::Internal("a key of nothing".to_owned()).into()),
    };
    jwk.enc = purpose.enc().map(str::to_owned);
    if let Some(chain) = &chain {
        jwk = jwk.with_certificates(&chain.der);
    }
    Ok(Material {
        purpose,
        origin,
        private,
        jwk,
        certificate: chain.map(|chain| chain.to_pem()),
    })
}

fn read(fields: &NewKeyFields) -> Result<(Given, Option<Chain>), Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut keep = |error| errors.push(error);
    let private = fields
        .private_key
        .as_ref()
        .and_then(|text| pem::read_private_key(text.expose_secret()).map_err(&mut keep).ok());
    let public = fields.public_jwk.as_ref().and_then(|members| {
        let read = Jwk::from_members(members).map_err(|error| {
            FieldError::invalid(
                "public_jwk",
                match error {
                    JoseError::PrivateKey => "This holds the private half; give the public one only.",
                    JoseError::WeakKey => "An RSA key needs at least 2048 bits.",
                    other => other.public(),
                },
            )
        });
        read.map_err(&mut keep).ok()
    });
    let chain = fields
        .certificate
        .as_ref()
        .and_then(|text| Chain::read(text).map_err(&mut keep).ok());
    if let Some(stated) = public.as_ref().and_then(|jwk: &Jwk| jwk.key_use.as_deref())
        && stated != "enc"
    {
        keep(FieldError::invalid(
            "public_jwk",
            "This key says of itself that it is not for encryption (`use`).",
        ));
    }
    if fields.public_jwk.is_some() && (fields.private_key.is_some() || fields.certificate.is_some()) {
        keep(FieldError::invalid(
            "public_jwk",
            "Give `public_jwk` alone: the others state the public half themselves.",
        ));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let given = match (private, public) {
        (Some(private), _) => Given::Private(private),
        (None, Some(public)) => Given::Public(public),
        (None, None) => Given::Nothing,
    };
    Ok((given, chain))
}

/// What the key is for: as the request says, otherwise as its algorithm or its kind says.
fn purpose(fields: &NewKeyFields, public: Option<&PublicKey>, stated: Option<&str>) -> Result<Purpose, FieldError> {
    let alg = fields.alg.as_deref().or(stated);
    let signing = alg.and_then(|alg| Algorithm::ASYMMETRIC.into_iter().find(|known| known.as_str() == alg));
    let managing = alg.and_then(|alg| alg.parse::<KeyManagement>().ok());
    if let (Some(_), None, None) = (alg, signing, managing) {
        return Err(FieldError::invalid("alg", KNOWN));
    }
    let key_use = match fields.key_use.as_deref() {
        Some(key_use @ ("sig" | "enc")) => key_use,
        Some(_) => return Err(FieldError::invalid("use", "Use `sig` or `enc`.")),
        None if managing.is_some() => "enc",
        None if signing.is_some() || fields.private_key.is_some() || public.is_none() => "sig",
        None => "enc",
    };
    if key_use == "sig" {
        if fields.enc.is_some() {
            return Err(FieldError::invalid("enc", "Only a key for `use` `enc` has this."));
        }
        let alg = match (alg, signing, public) {
            (Some(_), None, _) => return Err(FieldError::invalid("alg", "This algorithm does not sign.")),
            (_, Some(alg), _) => alg,
            (None, None, Some(public)) => usual(public)?,
            (None, None, None) => return Err(FieldError::required("alg")),
        };
        return match public {
            Some(public) if !signs(alg, public) => Err(misfit()),
            _ => Ok(Purpose::Sign(alg)),
        };
    }
    let enc = match fields.enc.as_deref() {
        None => ContentEncryption::A256CbcHs512,
        Some(name) => name
            .parse()
            .map_err(|_| FieldError::invalid("enc", "Use `A256CBC-HS512`, `A128CBC-HS256`, `A256GCM` or `A128GCM`."))?,
    };
    let alg = match (alg, managing, public) {
        (Some(_), None, _) => return Err(FieldError::invalid("alg", "This algorithm does not encrypt.")),
        (_, Some(alg), _) => alg,
        (None, None, Some(public)) => KeyManagement::usual_for(public)
            .map_err(|_| FieldError::invalid("use", "A key of this kind signs and does not encrypt."))?,
        (None, None, None) => return Err(FieldError::required("alg")),
    };
    match public {
        Some(public) if !alg.fits(public) => Err(misfit()),
        _ => Ok(Purpose::Encrypt(alg, enc)),
    }
}

/// For callers: every algorithm of a key.
pub(super) const KNOWN: &str = "Use `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512` or `EdDSA` to sign, \
    and `RSA-OAEP-256`, `ECDH-ES`, `ECDH-ES+A128KW` or `ECDH-ES+A256KW` to encrypt.";

fn misfit() -> FieldError {
    FieldError::invalid("alg", "The key is of another kind or curve than this algorithm needs.")
}

/// The algorithm that a key of this kind signs with when nobody says.
fn usual(public: &PublicKey) -> Result<Algorithm, FieldError> {
    let mut all = [
        Algorithm::RS256,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::ES512,
        Algorithm::EdDSA,
    ]
    .into_iter();
    all.find(|alg| signs(*alg, public))
        .ok_or_else(|| FieldError::invalid("use", "A key of this kind encrypts and does not sign."))
}

fn signs(alg: Algorithm, public: &PublicKey) -> bool {
    use protocol::jose::KeyType;
    match (alg.key_type(), public) {
        (KeyType::Rsa, PublicKey::Rsa { .. }) | (KeyType::Ed25519, PublicKey::Ed25519 { .. }) => true,
        (KeyType::Ec(needed), PublicKey::Ec { curve, .. }) => needed == *curve,
        _ => false,
    }
}

fn check_kid(kid: &str) -> Result<(), FieldError> {
    let length = kid.chars().count();
    if length == 0 || length > LONGEST_KID || kid.chars().any(char::is_control) {
        return Err(FieldError::invalid("kid", "A key id has 1 to 255 characters."));
    }
    Ok(())
}

pub(super) fn generate(purpose: Purpose) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    match purpose {
        Purpose::Sign(alg) => SigningKey::generate(alg),
        Purpose::Encrypt(alg, _) => DecryptionKey::generate(alg),
    }
    .map_err(|error| StoreError::Internal(error.to_string()))
}

/// The public half of a private key of ours.
pub(super) fn private_jwk(private: &[u8], purpose: Purpose, kid: Option<&str>) -> Result<Jwk, ActionError> {
    let wrong = |error: JoseError| ActionError::field(FieldError::invalid("private_key", error.public()));
    match purpose {
        Purpose::Sign(alg) => {
            let key = SigningKey::from_pkcs8(kid, alg, private).map_err(wrong)?;
            key.public_jwk()
                .cloned()
                .ok_or_else(|| wrong(JoseError::UnsupportedKey))
        }
        Purpose::Encrypt(alg, _) => {
            let key = DecryptionKey::from_pkcs8(kid, alg, private).map_err(wrong)?;
            Ok(key.public_jwk().clone())
        }
    }
}

/// The public half of somebody else's key, once it has been found to be one that encrypts.
fn public_jwk(public: PublicKey, purpose: Purpose, kid: Option<&str>) -> Result<Jwk, ActionError> {
    let wrong = |error: JoseError| ActionError::field(FieldError::invalid("public_jwk", error.public()));
    let Purpose::Encrypt(alg, enc) = purpose else {
        return Err(wrong(JoseError::UnsupportedKey));
    };
    let mut jwk = Jwk::new(public).map_err(wrong)?;
    jwk.kid = Some(kid.map_or_else(|| jwk.thumbprint(), str::to_owned));
    jwk.key_use = Some("enc".to_owned());
    jwk.alg = Some(alg.as_str().to_owned());
    EncryptionKey::from_jwk(&jwk, alg, enc).map_err(wrong)?;
    Ok(jwk)
}
