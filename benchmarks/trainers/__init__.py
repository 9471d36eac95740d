"""Frameworks that train the same networks, one a file, each run in a process of its own.

A file has a class `Trainer`:

    Trainer(network, threads)            builds a network of `networks.py`
    trainer.version                      name and version, in a few words
    trainer.get_weights()                of every layer that is trained, in the order they run in,
                                         in Keras's layouts; FastCNN's alone: all start from these
    trainer.set_weights(weights)         the same weights
    trainer.compile(optimizer, options)  by the name and the arguments of that framework's class;
                                         the loss is the cross-entropy with class indices
    trainer.feed(x, y)                   takes batches [K, N, H, W, C] and labels [K, N]
    trainer.step(k)                      one update by batch k; gives the loss before it
    trainer.predict(x)                   probabilities, as the network is used after training
    trainer.fit(x, y, batch_size)        one epoch, shuffled

`server.py` drives it from inside the process. Files import the framework and NumPy alone, for the
interpreter that runs them need not have FastCNN.
"""
