//! Encrypted tokens made by another implementation (jwcrypto 1.6.1 over OpenSSL), one for each way of encrypting. We open all of them.
//!
//! The other direction was tried by hand when this file was written: jwcrypto opened what [`EncryptionKey`] made for every row of the
//! table, and so do the browser tests with npm `jose` each time they run.

use protocol::jose::{
    ContentEncryption, DecryptionKey, EncryptionKey, JoseError, Jwk, KeyManagement, SigningKey, TypRule, Verification,
    decrypt, typ, verify,
};

use crate::fixtures::Counting;
use crate::support::{RFC_7520_RSA, base64url, signing_key};

const PAYLOAD: &str = "{\"iss\":\"https://other.example\",\"sub\":\"\u{e9}\"}";
const RSA: &str = RFC_7520_RSA;
const P256: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg_9xh-3vB-Lxsz5RS4W2j1W_yYUeTXotEwo7Gg4x64GuhRANCAAR1spC0oeTYLg9g7AI8teDlrkNzgvJoHeZmeuigKXnP5MkLkg-jnWIvVvZYOGakCbzYOVLFKJGWVnuLssl4lYb6";
const P384: &str = "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBXkhtYJ1Zst10hzru6Gbf91gJbR-Q7FJ1jbyJrUuNuhSC3PB84SajlNuswutYp8iWhZANiAASHFMHVeb5iif9XTcu01uwdzb9c2oGFznP5yHiEizfkjvLjsRER34B4QLDDfbM-4bYIP5mW5O07YhSh2DUzfTZX4j8dqAa3QXeiKJbrLySisiT4XJHn7WRjuQHkDtd7BQc";
const P521: &str = "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIB638XzvhrHrdQUM9wAdpn-E-ipabFXhA8ZHO1IQ9JcKRxwSiyIITRReZjiF5Enbi5Reqx9v9qQAPlmIG-EuMTu_KhgYkDgYYABAAgSwuKB6jzZ9DWX-ENjjTPxEMHrCmeBdPOThKS4SmjzfkVFKp7CBtB6CYPLYFK9zJIZGfoqbX8mBmF6gRUcE19YQH1JRBrZJHI5L05MoVgVMCrJnLHCUT8hJWVfHUMEjsr1firE-tO7VbmyUdvkS8rTZ7fBtiJbqmYtgKZ9IH7lLwqTw";
const X25519: &str = "MC4CAQAwBQYDK2VuBCIEIPjsYaF_Bm5uBcwoMLAx6fZ_XHxozQsYzmwgtt9EUo9R";

const TOKENS: [(KeyManagement, ContentEncryption, &str, &str); 21] = [
    (
        KeyManagement::RsaOaep256,
        ContentEncryption::A128CbcHs256,
        RSA,
        "eyJhbGciOiAiUlNBLU9BRVAtMjU2IiwgImVuYyI6ICJBMTI4Q0JDLUhTMjU2IiwgImtpZCI6ICJjcm9zcyIsICJ0eXAiOiAiSldFIiwgImN0eSI6ICJKV1QifQ.QMfcluz-2itWYgAroX2wUbr6lBvFGQgcVPxMsYqtZYqpdtFOFkBNxaaytBx4s0ueGrN55jS0SXCjyqA5z0KUlxqBZkEOwzLTpdnugLyhAdbVbFEfPuXL8PIOtufv91th2eT_4Wd82hulcE49AhwQxXY8mXSuNq6wmq8CRMNLqr6PyJGtSCYMqRYVkI39CIImAXlARmNDajIrcE3LHGRzbKOTX0M1K53j_2Zf9QUz0C8YQpOH29CjMMTtcYylsW0Zuyygb0qW5Y2hs-Zqo8X2SwNCNox2LCPvbE8qH5sktu-4G6kN3Ywn_mk-ngNUdzq_x7vOHKyUjqYDMgE6syBUcg.bbcskogVxG3f3VXIz_x7Fg.30xS21Btxp2Do9ror2Y-udde7A7WqeR1wcoQcfd7B2EY55npp7hyQhJJxsG7Z7bN.UGQ_4NxbvlXHE7p8l_i9AA",
    ),
    (
        KeyManagement::RsaOaep256,
        ContentEncryption::A256CbcHs512,
        RSA,
        "eyJhbGciOiAiUlNBLU9BRVAtMjU2IiwgImVuYyI6ICJBMjU2Q0JDLUhTNTEyIiwgImtpZCI6ICJjcm9zcyIsICJ0eXAiOiAiSldFIiwgImN0eSI6ICJKV1QifQ.mkNkdBtf5TRX30a91ePjpZ7ul832QCmgGRzJSF6yBTl2SBVR2W--uPfAUfCP5_coimQUNYUlDyOPccnmxaLnS4l0k7UDLjFskyLOTj6x1_yMvv2zmqFcdus4ZhEyqe4dxPodswMmqJp8jb02dBOnah_wuK6nOi3-P2dIgUoxUzIc4ilQehzY0joJKe6hgALsRXYiQ8cxiQ2j5i2KsjbFHV_iAycmX2zahISCxAiFhJJjBjUcFu0jTbeCIegXztNrYiSLySmnGRgqLK24xJ7EDoGh73j_H_DQsHR-IghdoeF28OdKSSFiLbjsLZ0yshCC6uDzmXKYrIilLg7z5qcGng.ruIZ018kGWEkybPQ7b1DkA.9J6f8WCwNIqwoEqAPBnMpF4zoT4oRnINiFrg_cVtULRw6CVgqK4iAuRe2vd_R9QF.mOVzmr2qX2UescOsffFRFOmjsHnq90_WGDJ_caqTacs",
    ),
    (
        KeyManagement::RsaOaep256,
        ContentEncryption::A128Gcm,
        RSA,
        "eyJhbGciOiAiUlNBLU9BRVAtMjU2IiwgImVuYyI6ICJBMTI4R0NNIiwgImtpZCI6ICJjcm9zcyIsICJ0eXAiOiAiSldFIiwgImN0eSI6ICJKV1QifQ.ZUAASexIp2SEFyKIY6bLC-LQfkgd_1a6QsFNb1mZfbD7KnpZd_tUVU6JoLYxzpwF502yMa-CtzJciuw9UY004CtQo5vvq_em60rbKw3nuWjUmwZQUwGBSUUETuuiMRigJSTdxLSRHdeX8WdFvEe9kY0qjDy01YWvpZ8dALZty4UQ4s2mMpR6Hzn7ujlQ7b5GnPYnyFn195rh-mzZ3lBLWiVaDmFOmTREKu3g2C2UyhGJAPIbNL-KUUS438ZKSau009JozmileAgOci93ZAjzdyrBi0d3oEWCzt0p6HGUfcRCrHkdRLCiLI1AgP9j895eaiepOcYqHulp38VFgXlXWA.Ig78OhNhocng2mxA.uQLTtBRqLZu3u8oyA8vc5x3HO-ulXnlgxYI4rBmDh4gZUIQ3pCJh65sJ.DWAC8Zg_zXnNBP0IwGfe4w",
    ),
    (
        KeyManagement::RsaOaep256,
        ContentEncryption::A256Gcm,
        RSA,
        "eyJhbGciOiAiUlNBLU9BRVAtMjU2IiwgImVuYyI6ICJBMjU2R0NNIiwgImtpZCI6ICJjcm9zcyIsICJ0eXAiOiAiSldFIiwgImN0eSI6ICJKV1QifQ.KAqbEr9M6Y7ZelBcQ9EYsXs3iwxKJweItAHby3V-TZxnhSe8wvZw1BNyFjGuaurbmLOQ8DSA0o73S0Aj5anDWzAFpATuzGjhn610Ke72KVYr441wSni3uyc5z1-bMuDV26LQn2Si9z8HP0_lbnKXY3eIcpRs79X21e5FcjUCsIIYFfmHOv8zJd1IzZ8cYEapT9xLhOUusGUeOMJkmLn_nPmEwX8oRlvYvM-9rLvV7_HeYaEVhCuGagAqxq2PKzEnHO8Ramza583XAvhlSUaXncm3RHoViRKjNZp0cedSw0WON5gTijuHAm-q0FbLnruJ7i9Hh9Hog5Hd8CYfB5soOw.h1AxGRdx0B92NtuQ.azx0koDE8bFdcTRAf_rrOEj7aerPgTphAldH4dFthhfu8TtRf9-XlMoJ.RXm8Ss2hYYcFONQu3HOUmA",
    ),
    (
        KeyManagement::EcdhEs,
        ContentEncryption::A128CbcHs256,
        P256,
        "eyJhbGciOiJFQ0RILUVTIiwiY3R5IjoiSldUIiwiZW5jIjoiQTEyOENCQy1IUzI1NiIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6IlViMFhyTTVQZ0RULUNIY2VlakJ4NlBXY3hiUUdyWmw3Wi1NTmlTbVhVcU0iLCJ5IjoiVGtHYmtQOENMVERQU0tKYzFwb28wVVVyZm1yV3EtVFV6S2ZaYUtWcXYzTSJ9LCJraWQiOiJjcm9zcyIsInR5cCI6IkpXRSJ9..vpiksryA5FI1iwNMnqkrlQ.haPt-zv6IyCRuxoJWlGHDO7TzETuq5D3g4aJpYhPb_d4vYtJ5lUA7w6IaL0bzWrN.JhG8wr0hlD_3NmBeil1yPw",
    ),
    (
        KeyManagement::EcdhEs,
        ContentEncryption::A256CbcHs512,
        P256,
        "eyJhbGciOiJFQ0RILUVTIiwiY3R5IjoiSldUIiwiZW5jIjoiQTI1NkNCQy1IUzUxMiIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImpvazZHNkNMWENZQUM4OGlYd2llX09qVGJMZWpZVzFyU3NEZDVwUlVBdzgiLCJ5Ijoid3lKcGZUakludkw2SW54RWVRSlp2c0s1c293czZxRnFrM1Z5Q1VlZG5XayJ9LCJraWQiOiJjcm9zcyIsInR5cCI6IkpXRSJ9..Dxo3bmNnkJ5YAdlGpKGP4w.hMM8I0hopUUpgdZ6jCKd-GsQsQL5lcM7r3tFPypYnFL-W406B9GviBF4wIvpvZCT.J9-Fshg1e9uyV3464_kOGre458fY4PLnXdTYwkBP-Tg",
    ),
    (
        KeyManagement::EcdhEs,
        ContentEncryption::A128Gcm,
        P256,
        "eyJhbGciOiJFQ0RILUVTIiwiY3R5IjoiSldUIiwiZW5jIjoiQTEyOEdDTSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6IkhJQ2NmeFVKQ3FyNlFYMGpkUTdyS1BYTkY1TFB6dkNUUnkzaFUwOHN0Z0UiLCJ5IjoiaWNYVE93ZUtoRlQ0S3l0MkxSYURpX1hybUU5QmNmdmlPRnhEbXdUalBFOCJ9LCJraWQiOiJjcm9zcyIsInR5cCI6IkpXRSJ9..mV0edcCWiYTDpZIl.1fVATcQ6ZhYwdtkFiPM2pzlRACXFTpQYU07q_T9-zi_uf9ICqeXB3JeM.9fHfdEw0HlrgQ6dsVAAZig",
    ),
    (
        KeyManagement::EcdhEs,
        ContentEncryption::A256Gcm,
        P256,
        "eyJhbGciOiJFQ0RILUVTIiwiY3R5IjoiSldUIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6InNJbHE1Y2s5Tm5oSGxUS1J3Qm1SX05PT1cwZFZXQm9obDMtdVN0YS04WGMiLCJ5IjoiQTkyTlBrck5Oa0U2VndyRFhoS09UbURoZjRTZUtZMFpXSEF5eTE5R0N0ayJ9LCJraWQiOiJjcm9zcyIsInR5cCI6IkpXRSJ9..F50YOq9L9yG4FIw0.Ys16O-1hu8QiK0iD4J69vzKjhYK2ir24G8jROs-K-NvOO821lnSy_u9D.g3gVuSTj6iYpEBH6JbDgJQ",
    ),
    (
        KeyManagement::EcdhEsA128Kw,
        ContentEncryption::A128CbcHs256,
        P256,
        "eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImN0eSI6IkpXVCIsImVuYyI6IkExMjhDQkMtSFMyNTYiLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiI5UXJZX1gxSDV5MHBWQWx0cktUV3RFaVFwSnB5czZYalJVMnVTajlJaC1vIiwieSI6ImV0RkFoMEN5OG1SSW16Q0k4bi13bXk2b3YtaWlaTjZBZFRwTjBvaTloMHMifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.4spFlCiJu56r-V4AJw2sPcCAFFp5j4XLFYjGCOPjLbjq_dEnQKScHQ._mjN-aFUFLFvq5xcLd1EJw.8nwa_MeI22pR96u7ck8gNH1NFHYygT_IphNcxIiugJ9-90i6m5jWVfDNGIa8MFUa.EesLPdLYrOy3Zo4Dm11aTw",
    ),
    (
        KeyManagement::EcdhEsA128Kw,
        ContentEncryption::A256CbcHs512,
        P256,
        "eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImN0eSI6IkpXVCIsImVuYyI6IkEyNTZDQkMtSFM1MTIiLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJLX0xnZWhZeGNVSXNLVnhUVl92bm1RX3JnUHVlc1k1SWphbGZvcUg1aV9VIiwieSI6Inh5LU14a1dvYW12X2VnRnJ5WHNCWU9tTUctWXlYZ083Z2VTSGItbFJBYlUifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.yNtoXeoc0WyhtoL5fzTo3MwptO18Su6lD9t41S-FL-cQuR8YPFXZ5u9bvIC1nivT96sgP5zPNZVGuLkEGk-VAxuPZV7p4rGM.fQs7V7rl6S_UcuSRwIAqxQ.6cbYw1h2s8UTtDoKuKtMTm6PWrJuzCXy9Xjh0_Mt4AlGnnru3ejggSpRgehvfSUn.Ih7J_4PhnIl6vXeYQ9lBVms27UNlYGfsxUT4KneP-9k",
    ),
    (
        KeyManagement::EcdhEsA128Kw,
        ContentEncryption::A128Gcm,
        P256,
        "eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImN0eSI6IkpXVCIsImVuYyI6IkExMjhHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJ1WjZzWG5WMjJoTmhPaWNlUXZuZllQdVR6UTlua2JUaHZZbHNoU1JpeTlVIiwieSI6Ii1JZ2U0c2VWbEJGNDZpcUc2WEkxdjFGcVZHOHp5RHBjOWVEcVMtT0NwMjAifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.RicBj3iX2ncVvbzxomSJIdytg8GuCNBz.LX3iuT6M4zmXTfPe.eMaofBY99uGHedN5xRqSfiDAAwXT0cewsXCf60BuNTYYsA5TPx6XZlMp.9E7uXGccljgcmD2lymVz-g",
    ),
    (
        KeyManagement::EcdhEsA128Kw,
        ContentEncryption::A256Gcm,
        P256,
        "eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImN0eSI6IkpXVCIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJkNk1HbkJHWDRBdEhEZkVPblZWUWZFdU5aYmtnYUkyVDJndWtRNTlJWi1nIiwieSI6Imo3Wk5JRGpmNzhqVDF5SHJDOUh6OXlVMkU1SHgwMl9RbVg2LThRSDg5VEEifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.eH23qocpvXAX7gdrESNrX5X9pP0b8j6gFR4R8caO55iAOs9ySNIiEw.YVI0j9BvAvjDIMoq.un4AfxCu_9TIrHwaObit4xvhc6mVVzZF4S0fbQtqGPrfHF6bzsRftNhZ.ryBcGmp3JjRYdGOpDIlvgA",
    ),
    (
        KeyManagement::EcdhEsA256Kw,
        ContentEncryption::A128CbcHs256,
        P256,
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImN0eSI6IkpXVCIsImVuYyI6IkExMjhDQkMtSFMyNTYiLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJCeXRoR0ZHTXpVQm1wRkE5SDBEMUlncGNoNzJ0Y1Z5X2UzUjNydUJXeVd3IiwieSI6IjI4c3kwU1BreU9SSERSOVEyTjh5eGVGU21pRnB1Y3JVS2paXzNSZFpydEkifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.KvuZ349KtAAj1Wm5GZghPK6eLcJa3x34ObIzGimWsA6wmnk4bPgn2g.mNA9gzKMW93jGtprAkzDhg.mGxSDySinQW_Z92Liwp1U-rDa6jy-jBHgglnZySY7_NyE295H-6UIYUaKF6ooE_a.QeQs_ZaMvWAqLLi_BYswow",
    ),
    (
        KeyManagement::EcdhEsA256Kw,
        ContentEncryption::A256CbcHs512,
        P256,
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImN0eSI6IkpXVCIsImVuYyI6IkEyNTZDQkMtSFM1MTIiLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJlMXdXV0hwN3U5VmtaLWU4ajk1QzBwMjlOdmtseU5kanlyeVphOXFoNUJjIiwieSI6IlhQc1hqSjdqdG55RHBldm5Ja25aMkpvamxCbWRmLXBPYm10dVNVR2p4b28ifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.cMpT4bqpA9HfWWF1oSddQF9rVZzwRBrrNkB6CY_iOmr3XqdlSTddVHQzIpjNLNQMEwudaXfw7AJXqu7HmsqBwV4T1kcm_z0U.mpwc7eQh5rsHXWsXhOCJvg.P8c4IhHAdad52SzARPqXVggYKmgt16A3iZN2cMTfyLnnQvk1ZfkpkVuA7VIMqLKC.tp_L07_KhJqAOk2hoaeJktbzpI1ZWAomlJetwQkzf4c",
    ),
    (
        KeyManagement::EcdhEsA256Kw,
        ContentEncryption::A128Gcm,
        P256,
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImN0eSI6IkpXVCIsImVuYyI6IkExMjhHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiI3ZC1JTXMzbk02bEtmM0s4MVpzVVpiYUpwRkU2ZUNOeEQ5WWZnVHdRRGlRIiwieSI6IkF4LWg3QWxxckdOeWNfd0xIbER2TkFUcjVVUFJaeDFhUFRvcGl0Vk1QUUEifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.Fe2ZQUjx3w1eimmdSZYeXR0fM7l4rxax.VgU6LzGGZejnXgLL.bwCgnxHEKWUomP1k27VVXNpb3Qp951ixg_oUiyASEtkrWXyC_a9CF4-2.TVe9vAL4RC_uEKPHH4QlvQ",
    ),
    (
        KeyManagement::EcdhEsA256Kw,
        ContentEncryption::A256Gcm,
        P256,
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImN0eSI6IkpXVCIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJmczVTVndZRGx6c2ZheXlZZWdseWtPQ2gzSWNDbkY1LVBKUVp2cDNXVmk0IiwieSI6ImtZUDlBQkJJbXhPMjlkVjhOZXM4ckZ1MmQ4d0U3T1FfbkljbzJIWWtsZW8ifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.Rrqf8Dg94cHWb1KCWKPPmyTTDHaB7lbHijwTeec_lMiRqyLRPxqz7Q.0orVcGG-TgOSYHir.8zfWuR5qnU9CFWMnC18IYeDqWcePJ4jaLeHxX4uOFSFUAxLjVdnXI7q4.paJ5Zo3Ij1sWn2MSfqIePQ",
    ),
    (
        KeyManagement::EcdhEs,
        ContentEncryption::A256Gcm,
        P384,
        "eyJhbGciOiJFQ0RILUVTIiwiY3R5IjoiSldUIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJjcnYiOiJQLTM4NCIsImt0eSI6IkVDIiwieCI6ImV2Wkl0Z0RJNGZKNEU1eG5fUThJVEd4eHdIS3dla1pfNnpKZ204VWcyamw0RlV5X3UxQ1BqZ2hFSmVxT25qYnEiLCJ5IjoiN3RJWHJmZkZoWVNwTWxsSUIxSUdnWS15VThyM0JkRTE1M292dWhfMXcyQ21ELXRwVE00d2Z5NzdvR21NTEVJWSJ9LCJraWQiOiJjcm9zcyIsInR5cCI6IkpXRSJ9..0YV8lW-RzFManRcI.t5881V7J6LDBh2caEu7KxHtygKba03PwAN2YCLybfQ4Gtcab-nhoNPFC.7XKFX-yiouBtwSNiKpLnuQ",
    ),
    (
        KeyManagement::EcdhEsA256Kw,
        ContentEncryption::A256CbcHs512,
        P521,
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImN0eSI6IkpXVCIsImVuYyI6IkEyNTZDQkMtSFM1MTIiLCJlcGsiOnsiY3J2IjoiUC01MjEiLCJrdHkiOiJFQyIsIngiOiJBQXByR0dCd1hjaW52allKM2lqdVNNcHBRWjNwQnljNW9yc3VoTlFja0s5NTY1U1dNMFhTOFZMZUNJZzZ3U0JSbkQta2hJdUc4SWMzWDdEd1VBa21vbnVSIiwieSI6IkFGdE50NVN5LUs1Mkk0OUFld181X01CRjh0QUplLWticERfMlBRb1RTeUt6c2NDTWJmdE5lYkpfVERYRWdwN0ZPUkx4SjRnVW5tTTFkNzdPN2FYeWR6cGMifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.bg740t2Ih2IzUJ_DuPLuRgr9wMFFQtYls6WD1C5bdO4a59dSL9RZJ1Ub37DuQ35-MpgSb6jwR2-FJvBBMDkWQpcgwLU_P0D9.hRjA3JzRMJAurIji5Gs67w.q5zYidmiYCNl_-fykrovni6iTKX9IgUKaG2SBP8XA8zaXssEVBXltgDCWvkoc5LA.vRIyIA8ffIyONFIk9q8dB4i4_fzUAV4lKoB_-MJjAMA",
    ),
    (
        KeyManagement::EcdhEs,
        ContentEncryption::A256CbcHs512,
        X25519,
        "eyJhbGciOiJFQ0RILUVTIiwiY3R5IjoiSldUIiwiZW5jIjoiQTI1NkNCQy1IUzUxMiIsImVwayI6eyJjcnYiOiJYMjU1MTkiLCJrdHkiOiJPS1AiLCJ4IjoiLWhBUFd4MlZkUlFXX05IdFJTZVpNQUlxblBaS2FJdWdCbU5FcmFBMnB6ayJ9LCJraWQiOiJjcm9zcyIsInR5cCI6IkpXRSJ9.._X42XdQVAukG9HDRcEhJog.O1u0TPJRr1N7cmBLsgKMLIW5jmVHzIU43j0H-04DHRxdhJp0JzB2NOBMX9uyXWKI.W46u8FiAC17KzpHqZQHQEjcVmJMYYbmD54IaUzmRhs8",
    ),
    (
        KeyManagement::EcdhEsA256Kw,
        ContentEncryption::A256Gcm,
        X25519,
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImN0eSI6IkpXVCIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiWDI1NTE5Iiwia3R5IjoiT0tQIiwieCI6ImNnbUhUMTdfd2RzX0hEM2Rtb3ZiNUR6UENBSU16MkRnUWFOZ0pWbWJqVE0ifSwia2lkIjoiY3Jvc3MiLCJ0eXAiOiJKV0UifQ.GPjGGO9_ZGioWQNhj5Budrf1D32QTxUDdCk_sn9P6h49OyOik0YhMg.4K7SHNk4o9PNptUS.sFin7rCzxu7LzPSnVGI9ILFNCSLRqEjxXvmS3xs1tE4DzawMoPIHaOy3.U1lc7etbA1jrK5xFx4PadQ",
    ),
    (
        KeyManagement::EcdhEs,
        ContentEncryption::A256Gcm,
        P256,
        "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiZXBrIjp7ImNydiI6IlAtMjU2Iiwia3R5IjoiRUMiLCJ4IjoiUW9jWFd3SldGenNTY1FOYkVGbk1sN3N3TERVeGhfYTRiblBSQTVnT2hlTSIsInkiOiJVUmxfMWdha2x5c3V2RWR4bElsX25MVTU5bTBiLXA1VU9kQndET0d4QWxjIn0sImtpZCI6ImNyb3NzIiwidHlwIjoiSldFIn0..rMN1j8hs2BPjDVOb.zbtoH1t4t5tr3eISZ5RY_No5sfIpgaG5Zs08PQcieWYwwQYR3kzjT8rM.47QmLhL70ftB18dtzdw2Hw",
    ),
];

#[test]
fn every_token_of_the_other_implementation_is_opened() {
    for (alg, enc, key, token) in TOKENS {
        let key = DecryptionKey::from_pkcs8(Some("cross"), alg, &base64url(key)).unwrap();
        let opened = decrypt(token, &[key]).unwrap_or_else(|error| panic!("{alg} {enc}: {error}"));
        assert_eq!(opened.plaintext.as_slice(), PAYLOAD.as_bytes(), "{alg} {enc}");
        assert_eq!((opened.cty.as_deref(), opened.key_index), (Some("JWT"), 0));
    }
}

#[test]
fn what_we_encrypt_is_opened_again_and_by_nobody_else() {
    for (alg, enc, pkcs8, _) in TOKENS {
        let own = DecryptionKey::from_pkcs8(Some("own"), alg, &base64url(pkcs8)).unwrap();
        let key = EncryptionKey::from_jwk(own.public_jwk(), alg, enc).unwrap();
        let token = key
            .encrypt(&Counting::default(), Some("JWT"), PAYLOAD.as_bytes())
            .unwrap();
        let header: serde_json::Value = serde_json::from_slice(&base64url(token.split('.').next().unwrap())).unwrap();
        assert_eq!(
            (
                &header["alg"],
                &header["enc"],
                &header["kid"],
                &header["typ"],
                &header["cty"]
            ),
            (
                &alg.as_str().into(),
                &enc.as_str().into(),
                &"own".into(),
                &"JWE".into(),
                &"JWT".into()
            )
        );
        assert!(header["epk"].get("d").is_none());
        let opened = decrypt(&token, std::slice::from_ref(&own)).unwrap();
        assert_eq!(opened.plaintext.as_slice(), PAYLOAD.as_bytes(), "{alg} {enc}");
        let other = DecryptionKey::from_pkcs8(Some("own"), alg, &DecryptionKey::generate(alg).unwrap()).unwrap();
        assert_eq!(
            decrypt(&token, &[other]).unwrap_err(),
            JoseError::DecryptionFailed,
            "{alg} {enc}"
        );
        let named = DecryptionKey::from_pkcs8(Some("another"), alg, &base64url(pkcs8)).unwrap();
        assert_eq!(
            decrypt(&token, std::slice::from_ref(&named)).unwrap_err(),
            JoseError::UnknownKey
        );
        assert_eq!(decrypt(&token, &[named, own]).unwrap().key_index, 1);
    }
}

#[test]
fn every_single_character_matters() {
    for (alg, enc) in [
        (KeyManagement::RsaOaep256, ContentEncryption::A256CbcHs512),
        (KeyManagement::EcdhEs, ContentEncryption::A256Gcm),
        (KeyManagement::EcdhEsA256Kw, ContentEncryption::A128CbcHs256),
    ] {
        let own = DecryptionKey::from_pkcs8(None, alg, &DecryptionKey::generate(alg).unwrap()).unwrap();
        let key = EncryptionKey::from_jwk(own.public_jwk(), alg, enc).unwrap();
        let token = key.encrypt(&Counting::default(), None, b"short").unwrap();
        let keys = [own];
        assert!(decrypt(&token, &keys).is_ok());
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(decrypt(&changed, &keys).is_err(), "{alg}: {place}");
            let shorter = format!("{}{}", &token[..place], &token[place + 1..]);
            assert!(decrypt(&shorter, &keys).is_err(), "{alg}: without {place}");
        }
    }
}

#[test]
fn a_signed_token_inside_is_a_token_as_before() {
    let signer = signing_key("k", protocol::jose::Algorithm::ES256);
    let signed = signer
        .sign(Some(typ::JWT), &serde_json::json!({"sub": "alice"}))
        .unwrap();
    let pkcs8 = DecryptionKey::generate(KeyManagement::EcdhEs).unwrap();
    let own = DecryptionKey::from_pkcs8(None, KeyManagement::EcdhEs, &pkcs8).unwrap();
    let key = EncryptionKey::from_jwk(own.public_jwk(), KeyManagement::EcdhEs, ContentEncryption::A256Gcm).unwrap();
    let token = key
        .encrypt(&Counting::default(), Some("JWT"), signed.as_bytes())
        .unwrap();
    let (keys, algs) = ([signer.verifying_key()], [signer.alg()]);
    let rules = Verification::new(&keys, &algs, TypRule::OneOf(&[typ::JWT]));
    assert_eq!(verify(&token, &rules).unwrap_err(), JoseError::Encrypted);
    let opened = decrypt(&token, &[own]).unwrap();
    let inner = std::str::from_utf8(&opened.plaintext).unwrap();
    assert_eq!(verify(inner, &rules).unwrap().claims["sub"], "alice");
}

#[test]
fn a_key_is_used_for_what_it_is_for_only() {
    let rsa = SigningKey::from_pkcs8(None, protocol::jose::Algorithm::RS256, &base64url(RSA)).unwrap();
    let (alg, enc) = (KeyManagement::RsaOaep256, ContentEncryption::A256Gcm);
    let refusal = |jwk: &Jwk, alg: KeyManagement| EncryptionKey::from_jwk(jwk, alg, enc).unwrap_err();
    assert_eq!(
        refusal(rsa.public_jwk().unwrap(), alg),
        JoseError::UnsupportedKey,
        "it signs"
    );
    let mut jwk = Jwk::new(rsa.public_jwk().unwrap().key().clone()).unwrap();
    assert!(EncryptionKey::from_jwk(&jwk, alg, enc).is_ok());
    assert_eq!(refusal(&jwk, KeyManagement::EcdhEs), JoseError::UnsupportedKey);
    jwk.alg = Some("RSA-OAEP".to_owned());
    assert_eq!(refusal(&jwk, alg), JoseError::UnsupportedKey);
    jwk.alg = None;
    jwk.key_ops = Some(vec!["sign".to_owned()]);
    assert_eq!(refusal(&jwk, alg), JoseError::UnsupportedKey);
    jwk.key_ops = Some(vec!["wrapKey".to_owned()]);
    assert!(EncryptionKey::from_jwk(&jwk, alg, enc).is_ok());
    let okp = signing_key("k", protocol::jose::Algorithm::EdDSA);
    let okp = Jwk::new(okp.public_jwk().unwrap().key().clone()).unwrap();
    assert_eq!(refusal(&okp, KeyManagement::EcdhEs), JoseError::UnsupportedKey);
    let shown = format!(
        "{:?}",
        DecryptionKey::from_pkcs8(Some("k"), alg, &base64url(RSA)).unwrap()
    );
    assert_eq!(shown, r#"DecryptionKey { alg: RsaOaep256, kid: Some("k"), .. }"#);
}

#[test]
fn keys_of_every_kind_are_made_and_read_back() {
    let x25519 = DecryptionKey::generate_x25519().unwrap();
    let mut made: Vec<_> = KeyManagement::ALL
        .into_iter()
        .map(|alg| (alg, DecryptionKey::generate(alg).unwrap()))
        .collect();
    made.push((KeyManagement::EcdhEs, x25519));
    for (alg, pkcs8) in made {
        let own = DecryptionKey::from_pkcs8(None, alg, &pkcs8).unwrap();
        let text = serde_json::to_vec(own.public_jwk()).unwrap();
        let jwk = Jwk::parse(&text).unwrap();
        assert_eq!(&jwk, own.public_jwk());
        assert_eq!(jwk.kid.as_deref(), Some(jwk.thumbprint().as_str()));
        let key = EncryptionKey::from_jwk(&jwk, alg, ContentEncryption::A256CbcHs512).unwrap();
        let token = key.encrypt(&Counting::default(), None, b"").unwrap();
        assert!(decrypt(&token, &[own]).unwrap().plaintext.is_empty());
    }
}
