// Only what OpenBLAS has beyond CBLAS: gsl_cblas.h declares CBLAS already, and a second declaration would clash.
void openblas_set_num_threads(int threads);
int openblas_get_num_threads(void);
char *openblas_get_corename(void);
char *openblas_get_config(void);
