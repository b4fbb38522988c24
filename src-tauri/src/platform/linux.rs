use gpu_keepalive_engine::output_queue::OutputQueue;

/// A toolkit without a display would end the program with a panic.
pub(crate) fn require_display() -> anyhow::Result<()> {
    // On X11 GDK would otherwise load the OpenGL driver just to list visuals: NVIDIA's opens the
    // card, which wakes it, and Mesa's takes 50 MiB. Nothing here draws with OpenGL.
    let _ = gtk::glib::setenv("GDK_GL", "disable", true);
    if gtk::init().is_err() {
        anyhow::bail!(
            "there is no display for a tray icon; “gpu-keepalive run” does the same without one"
        );
    }
    Ok(())
}

/// WebKitGTK is linked: without it not even this would run.
pub(crate) fn require_web_view() -> anyhow::Result<()> {
    Ok(())
}

/// Reports the error that ended the program to the process that started it.
pub(crate) fn report(error: &anyhow::Error, errors: &OutputQueue) {
    errors.push(format!("{error:#}\n").into_bytes());
}
