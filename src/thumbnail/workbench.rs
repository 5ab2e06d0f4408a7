//! Keeps the equipment of a worker: buffers, profiles and the renderer of drawings.

use super::scratch::Scratch;
use crate::color::Cache;
use crate::formats::codec::Tools;
use crate::formats::svg::renderer::Renderer;

/// The equipment that a worker keeps from image to image.
#[derive(Debug, Default)]
pub struct Workbench {
    pub(super) scratch: Scratch,
    pub(super) profiles: Cache,
    pub(super) renderer: Renderer,
}

impl Workbench {
    /// Adopts the renderer of the run.
    pub fn share_renderer(&mut self, renderer: &Renderer) {
        self.renderer.clone_from(renderer);
    }

    /// Returns the parts that codecs need.
    pub(super) const fn tools(&mut self) -> Tools<'_> {
        Tools { jpeg: &mut self.scratch.jpeg, renderer: &self.renderer }
    }

    /// Keeps buffers of at most `bytes` from image to image. Larger ones return to the system, and the profiles with them.
    pub fn keep_at_most(&mut self, bytes: usize) {
        if self.scratch.capacity() > bytes {
            self.scratch = Scratch::default();
            self.profiles = Cache::default();
        }
    }
}
