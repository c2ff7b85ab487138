//! A PostgreSQL server of one test's own, which may be stopped and started.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::PathBuf,
    process::{Command, Output},
};

pub(crate) struct OwnServer {
    folder: tempfile::TempDir,
    port: u16,
}

/// The folder of the newest installed server programs.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .max();
    newest.map_or_else(PathBuf::new, |(_, path)| path.join("bin"))
}

/// PostgreSQL refuses to run as root.
fn run(program: &str, arguments: &[&str]) -> Output {
    let program = programs().join(program);
    let root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let mut command = if root {
        Command::new("runuser")
    } else {
        Command::new(&program)
    };
    if root {
        command.args(["-u", "postgres", "--"]).arg(&program);
    }
    let output = command.args(arguments).current_dir("/").output();
    let output = output.expect("PostgreSQL's programs are installed (./test does it) and can be run");
    assert!(
        output.status.success(),
        "{}: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

impl OwnServer {
    pub(crate) fn start() -> Self {
        let server = Self::prepare();
        server.restart();
        server
    }

    /// With TLS under a certificate of its own making for the name `localhost`. The certificate is at [`OwnServer::certificate`].
    pub(crate) fn start_with_tls() -> Self {
        let server = Self::prepare();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = format!("{}/server.key", server.data());
        fs::write(server.certificate(), made.cert.pem()).expect("written");
        fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("permissions");
        let owner = fs::metadata(format!("{}/PG_VERSION", server.data())).expect("the server's files");
        let (user, group) = (owner.uid(), owner.gid());
        for file in [&key, &server.certificate()] {
            std::os::unix::fs::chown(file, Some(user), Some(group)).expect("given to the server");
        }
        let settings = format!("{}/postgresql.conf", server.data());
        let added = fs::read_to_string(&settings).expect("settings") + "\nssl = on\n";
        fs::write(settings, added).expect("written");
        server.restart();
        server
    }

    pub(crate) fn certificate(&self) -> String {
        format!("{}/server.crt", self.data())
    }

    fn prepare() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // The user postgres makes its own folder inside.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("permissions");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let server = Self { folder, port };
        run("initdb", &["-D", &server.data(), "-A", "trust", "-U", "postgres"]);
        server
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    pub(crate) fn restart(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
            self.port
        );
        let log = self.folder.path().join("data/log.txt").display().to_string();
        run(
            "pg_ctl",
            &[
                "-D",
                &self.data(),
                "-o",
                &options,
                "-l",
                &log,
                "-w",
                "-t",
                "60",
                "start",
            ],
        );
    }

    /// As a power cut would: no goodbye, and recovery at the next start.
    pub(crate) fn kill(&self) {
        run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }

    pub(crate) fn url(&self) -> String {
        self.url_at("127.0.0.1")
    }

    pub(crate) fn url_at(&self, host: &str) -> String {
        format!("postgres://postgres@{host}:{}/postgres", self.port)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let program = fs::metadata(self.folder.path().join("data/postmaster.pid"));
        if program.is_ok() {
            self.kill();
        }
        // What the user postgres made may not be ours to delete when not root; the folder is temporary.
    }
}
