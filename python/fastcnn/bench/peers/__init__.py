"""Runtimes to compare with, one a file, each run in a process of its own.

A file has a class `Peer`:

    Peer(model, threads)   opens an ONNX file
    peer.version           name and version, in a few words
    peer.feed(arrays)      takes the inputs by name, in the order of the model's; a new shape may be
                           compiled here
    peer.run()             one call: from arrays of NumPy to a list of arrays of NumPy

    peer.fetch(results)    where results are on a device: them as arrays of NumPy

What runs on a device has a file of its own, `<runtime>_<device>.py`. `inference.py` drives it from
inside the process, `serve.py` answers for it. Files import the runtime and NumPy alone, for the
interpreter that runs them need not have FastCNN.
"""

NAMES = {
    "cpu": ("onnxruntime", "openvino", "torch", "ncnn", "mnn", "deepsparse"),
    "cuda": ("onnxruntime", "torch", "cupy"),
}
"""Runtimes that `--against` takes, by device."""
