"""What runs beside the resolved file, and imports nothing but the standard library.

The parent starts it under the name `_gen_sweeps_recorder`, so that a file may have a package of any
name. `places` knows source positions, `states` what a stand-in has seen, `standin` the stand-ins
themselves, `imports` who is real, `rewrite` and `hooks` the few expressions that Python lets no
object record, `collect` what the file builds, `write` its JSON, and `main` the order of it all.
"""
