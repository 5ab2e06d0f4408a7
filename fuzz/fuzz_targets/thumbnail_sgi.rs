#![no_main]
thumbs_fuzz::thumbnail!(Sgi);
